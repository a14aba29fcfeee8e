package app.cairn.collect

import android.telephony.CellInfo
import app.cairn.core.CellRadio
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNull
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.shadows.CellIdentityGsmBuilder
import org.robolectric.shadows.CellIdentityLteBuilder
import org.robolectric.shadows.CellIdentityNrBuilder
import org.robolectric.shadows.CellIdentityWcdmaBuilder
import org.robolectric.shadows.CellInfoGsmBuilder
import org.robolectric.shadows.CellInfoLteBuilder
import org.robolectric.shadows.CellInfoNrBuilder
import org.robolectric.shadows.CellInfoWcdmaBuilder
import org.robolectric.shadows.CellSignalStrengthLteBuilder
import org.robolectric.shadows.CellSignalStrengthNrBuilder

/** Android's cells without its placeholders. */
@RunWith(RobolectricTestRunner::class)
class CellsTest {
    @Test fun anLteCellKeepsWhatTheModemSays() {
        val identity = CellIdentityLteBuilder.newBuilder()
            .setMcc("244").setMnc("05").setTac(12_345).setCi(26_843_545).setPci(503).setEarfcn(1_300)
            .build()
        val strength = CellSignalStrengthLteBuilder.newBuilder().setRsrp(-97).setTimingAdvance(7).build()
        val info = CellInfoLteBuilder.newBuilder()
            .setRegistered(true).setTimeStampNanos(5_000_000_000).setCellIdentity(identity).setCellSignalStrength(strength)
        val heard = info.build().toCellHeard()!!
        assertEquals(CellRadio.LTE, heard.radio)
        assertEquals(listOf(244u, 5u, 12_345u), listOf(heard.mcc, heard.mnc, heard.area))
        assertEquals(26_843_545uL, heard.cell)
        assertEquals(503u.toUShort(), heard.physical)
        assertEquals(1_300u, heard.arfcn)
        assertEquals((-97).toShort(), heard.signalDbm)
        assertEquals(7u.toUShort(), heard.timingAdvance)
        assertEquals(5_000L to true, heard.monoMs to heard.serving)
    }

    @Test fun aNeighbourWithoutIdentityHasNullsAndNoNumbers() {
        val none = CellInfo.UNAVAILABLE
        val identity = CellIdentityLteBuilder.newBuilder().setTac(none).setCi(none).setPci(17).setEarfcn(none).build()
        val strength = CellSignalStrengthLteBuilder.newBuilder().setRsrp(none).setTimingAdvance(none).build()
        val heard = CellInfoLteBuilder.newBuilder().setCellIdentity(identity).setCellSignalStrength(strength).build().toCellHeard()!!
        assertNull(heard.mcc)
        assertNull(heard.area)
        assertNull(heard.cell)
        assertNull(heard.arfcn)
        assertNull(heard.signalDbm)
        assertNull(heard.timingAdvance)
        assertEquals(17u.toUShort(), heard.physical)
        assertEquals(false, heard.serving)
    }

    @Test fun a5gCellKeepsItsLongIdentityAndNeverLongMax() {
        val known = CellIdentityNrBuilder.newBuilder()
            .setMcc("262").setMnc("01").setTac(8_000_000).setNci(68_719_476_735).setPci(1_007).setNrarfcn(636_666)
        val strength = CellSignalStrengthNrBuilder.newBuilder().build()
        val heard = CellInfoNrBuilder.newBuilder().setCellIdentity(known.build()).setCellSignalStrength(strength).build().toCellHeard()!!
        assertEquals(CellRadio.NR, heard.radio)
        assertEquals(68_719_476_735uL, heard.cell)
        assertEquals(8_000_000u, heard.area)
        val unknown = CellIdentityNrBuilder.newBuilder().setNci(Long.MAX_VALUE).setTac(CellInfo.UNAVAILABLE)
        val unnamed = CellInfoNrBuilder.newBuilder().setCellIdentity(unknown.build()).setCellSignalStrength(strength)
        val nameless = unnamed.build().toCellHeard()!!
        assertNull(nameless.cell)
        assertNull(nameless.area)
    }

    @Test fun gsmAndWcdmaHaveTheirOwnNames() {
        val gsm = CellIdentityGsmBuilder.newBuilder().setMcc("234").setMnc("015").setLac(4_660).setCid(22_136).build()
        val heardGsm = CellInfoGsmBuilder.newBuilder().setCellIdentity(gsm).build().toCellHeard()!!
        assertEquals(CellRadio.GSM to 22_136uL, heardGsm.radio to heardGsm.cell)
        assertEquals(15u, heardGsm.mnc)
        val wcdma = CellIdentityWcdmaBuilder.newBuilder().setMcc("234").setMnc("10").setLac(500).setCid(14_000_000).setPsc(99).build()
        val heardWcdma = CellInfoWcdmaBuilder.newBuilder().setCellIdentity(wcdma).build().toCellHeard()!!
        assertEquals(CellRadio.WCDMA to 14_000_000uL, heardWcdma.radio to heardWcdma.cell)
        assertEquals(99u.toUShort(), heardWcdma.physical)
    }
}
