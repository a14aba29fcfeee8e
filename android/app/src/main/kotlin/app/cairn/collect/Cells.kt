package app.cairn.collect

import android.os.Build
import android.telephony.CellIdentityNr
import android.telephony.CellInfo
import android.telephony.CellInfoGsm
import android.telephony.CellInfoLte
import android.telephony.CellInfoNr
import android.telephony.CellInfoTdscdma
import android.telephony.CellInfoWcdma
import android.telephony.CellSignalStrength
import android.telephony.CellSignalStrengthNr
import app.cairn.core.CellHeard
import app.cairn.core.CellRadio

/** A cell without Android's placeholders; null for CDMA, which no location service takes. */
fun CellInfo.toCellHeard(): CellHeard? = when (this) {
    is CellInfoGsm -> heard(
        CellRadio.GSM,
        cellIdentity.mccString,
        cellIdentity.mncString,
        area = cellIdentity.lac.known(),
        cell = cellIdentity.cid.known()?.toLong(),
        physical = null,
        arfcn = cellIdentity.arfcn.known(),
        strength = cellSignalStrength,
        advance = cellSignalStrength.timingAdvance.known(),
    )
    is CellInfoWcdma -> heard(
        CellRadio.WCDMA,
        cellIdentity.mccString,
        cellIdentity.mncString,
        area = cellIdentity.lac.known(),
        cell = cellIdentity.cid.known()?.toLong(),
        physical = cellIdentity.psc.known(),
        arfcn = cellIdentity.uarfcn.known(),
        strength = cellSignalStrength,
        advance = null,
    )
    is CellInfoTdscdma -> heard(
        CellRadio.WCDMA,
        cellIdentity.mccString,
        cellIdentity.mncString,
        area = cellIdentity.lac.known(),
        cell = cellIdentity.cid.known()?.toLong(),
        physical = cellIdentity.cpid.known(),
        arfcn = cellIdentity.uarfcn.known(),
        strength = cellSignalStrength,
        advance = null,
    )
    is CellInfoLte -> heard(
        CellRadio.LTE,
        cellIdentity.mccString,
        cellIdentity.mncString,
        area = cellIdentity.tac.known(),
        cell = cellIdentity.ci.known()?.toLong(),
        physical = cellIdentity.pci.known(),
        arfcn = cellIdentity.earfcn.known(),
        strength = cellSignalStrength,
        advance = cellSignalStrength.timingAdvance.known(),
    )
    is CellInfoNr -> nr(cellIdentity as CellIdentityNr, cellSignalStrength as CellSignalStrengthNr)
    else -> null
}

private fun CellInfo.nr(identity: CellIdentityNr, strength: CellSignalStrengthNr) = heard(
    CellRadio.NR,
    identity.mccString,
    identity.mncString,
    area = identity.tac.known(),
    cell = identity.nci.takeIf { it != Long.MAX_VALUE && it >= 0 },
    physical = identity.pci.known(),
    arfcn = identity.nrarfcn.known(),
    // dbm is that of the synchronisation signal where the modem gives it: what services expect for 5G.
    strength = strength,
    advance = null,
)

private fun CellInfo.heard(
    radio: CellRadio,
    mcc: String?,
    mnc: String?,
    area: Int?,
    cell: Long?,
    physical: Int?,
    arfcn: Int?,
    strength: CellSignalStrength,
    advance: Int?,
) = CellHeard(
    monoMs = monoMillis(),
    radio = radio,
    mcc = mcc?.toUIntOrNull(),
    mnc = mnc?.toUIntOrNull(),
    area = area?.toUInt(),
    cell = cell?.toULong(),
    physical = physical?.takeIf { it <= UShort.MAX_VALUE.toInt() }?.toUShort(),
    arfcn = arfcn?.toUInt(),
    signalDbm = strength.dbm.takeIf { it in DBM }?.toShort(),
    asu = strength.asuLevel.takeIf { it in ASU }?.toUShort(),
    timingAdvance = advance?.takeIf { it <= UShort.MAX_VALUE.toInt() }?.toUShort(),
    serving = isRegistered,
)

@Suppress("DEPRECATION") // In nanoseconds on every version; the newer one is of API 30.
private fun CellInfo.monoMillis(): Long =
    if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.R) timestampMillis else timeStamp / 1_000_000

/** Int.MAX is Android's "unavailable"; some modems give -1 for it. */
private fun Int.known(): Int? = takeIf { it != CellInfo.UNAVAILABLE && it >= 0 }

/** What a phone can hear: weaker or stronger values are placeholders. */
private val DBM = -150..-1

/** 99 and 255 are "unknown" of GSM, WCDMA and LTE. */
private val ASU = 0..98
