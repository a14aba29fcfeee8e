package app.cairn.core

import app.cairn.BuildInfo
import app.cairn.Street
import app.cairn.app
import app.cairn.data.Choices
import app.cairn.freshCore
import app.cairn.samples
import app.cairn.ui.data.SHORTEST
import app.cairn.walk
import java.io.File
import java.time.LocalDate
import java.util.Locale
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNotNull
import org.junit.Assert.assertNull
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner

/** The generated Kotlin on the real core: values there and back, exceptions, threads, the end. */
@RunWith(RobolectricTestRunner::class)
class CoreTest {
    private val core = app.freshCore("core-test.db")

    @Test fun aWalkBecomesPointsCoverageAndAPosition() = runBlocking {
        core.walk(40)
        val board = core.leaderboard(LocalDate.of(2026, 6, 1))
        assertEquals(RankedSubject.Day(LocalDate.of(2026, 6, 1).toEpochDay().toInt()), board.today.subject)
        assertTrue("${board.totals}", board.totals.wifi >= 20u && board.totals.distanceM in 350.0..400.0)
        assertEquals(1u, board.today.rank)
        assertEquals("FI", board.countries.single().reached.country)

        val covered = core.coverage(GeoBox(60.1, 24.9, 60.2, 25.0), 1_000)
        assertTrue(covered.isNotEmpty() && covered.all { it.resolution == 9 && it.corners.size == 12 })
        assertTrue(covered.any { hexagon -> (0..10 step 2).any { kotlin.math.abs(hexagon.corners[it] - 60.17) < 0.005 } })

        val position = core.locate(Street.scan(20))
        assertNotNull(position)
        assertTrue(metresBetween(position!!.lat, position.lon, Street.lat(20), Street.LON) < 30)
        assertEquals(EstimateSource.WIFI, position.source)
    }

    @Test fun oneLoneAccessPointAnswersNothing() = runBlocking {
        core.walk(10)
        val scan = Street.scan(5)
        assertNull(core.locate(scan.copy(wifi = scan.wifi.take(1))))
    }

    @Test fun whatIsWrongComesAsAnExceptionThatSaysSo() {
        val refused = assertThrows(CoreException.BadInput::class.java) { runBlocking { core.refuseAddress("nonsense") } }
        assertTrue(refused.what, "hardware address" in refused.what)
        val file = File(app.cacheDir, "empty.csv").apply { createNewFile() }
        val empty = assertThrows(CoreException.BadFile::class.java) { runBlocking { core.importFile(file, false) {} } }
        assertTrue(empty.what, "empty" in empty.what)
        val far = FixEvent(0, 0, null, 91.0, 0.0, null, null, null, null, null, null, false)
        runBlocking { core.prepare(Choices().collectingSettings(), 0, false) }
        assertThrows(CoreException.BadInput::class.java) { runBlocking { core.onFix(0, far) } }
    }

    @Test fun aPanicArrivesAsAnExceptionAndTheCoreGoesOn() {
        runBlocking { core.walk(5) }
        assertThrows(InternalException::class.java) { panicForATest() }
        assertTrue(runBlocking { core.numbers().reports } > 0uL)
    }

    @Test fun whoIsCancelledEndsAndWhatIsInStaysIn() = runBlocking {
        val file = File(app.cacheDir, "long.csv").apply { writeText(wigle(rows = 60_000)) }
        val seen = mutableListOf<WorkProgress>()
        val import = launch { core.importFile(file, false) { seen += it } }
        while (seen.isEmpty() && import.isActive) delay(5)
        import.cancelAndJoin()
        val stopped = core.numbers().raw
        assertTrue("$stopped of 60000", stopped in 1uL..59_999uL)
        val rest = core.importFile(file, false) {}
        assertTrue(rest.resumedAt!! > 1uL)
        assertEquals(60_000uL, core.numbers().raw)
    }

    private fun wigle(rows: Int) = buildString {
        appendLine("WigleWifi-1.4,appRelease=1,model=m,release=1,device=d,display=d,board=b,brand=b")
        appendLine("MAC,SSID,AuthMode,FirstSeen,Channel,RSSI,CurrentLatitude,CurrentLongitude,AltitudeMeters,AccuracyMeters,Type")
        repeat(rows) { row ->
            val mac = "00:1a:2b:%02x:%02x:%02x".format(row shr 16, row shr 8 and 255, row and 255)
            val lat = "%.5f".format(Locale.ROOT, 60.0 + row * 1e-5)
            appendLine("$mac,net,[ESS],2026-06-01 12:%02d:%02d,1,-60,$lat,24.9400,10,5,WIFI".format(row / 1_000 % 60, row / 17 % 60))
        }
    }

    @Test fun manyThreadsMayAskAtOnce() = runBlocking {
        core.walk(5)
        val answers = (1..200).map { async(Dispatchers.IO) { core.numbers().reports } }.awaitAll()
        assertEquals(1, answers.toSet().size)
    }

    @Test fun afterTheEndItAnswersClosedAndCanBeOpenedAgain() = runBlocking {
        core.walk(5)
        val before = core.numbers()
        core.close()
        assertEquals(before.reports, core.numbers().reports)
        val native = NativeCore.open(app.getDatabasePath("closed.db").path, BuildInfo.CORE_VERSION)
        native.shutDown()
        assertThrows(CoreException.Closed::class.java) { native.flush() }
        native.destroy()
        assertThrows(IllegalStateException::class.java) { native.flush() }
        Unit
    }

    @Test fun anotherVersionOfTheCoreIsRefused() {
        assertEquals(BuildInfo.CORE_VERSION, coreVersion())
        val path = app.getDatabasePath("version.db").path
        val refused = assertThrows(CoreException.BadInput::class.java) { NativeCore.open(path, "9.9.9") }
        assertTrue(refused.what, "9.9.9" in refused.what)
        assertTrue(!File(path).exists())
    }

    @Test fun aSecondCoreOnTheSameDatabaseIsRefused() = runBlocking {
        core.walk(1)
        val second = app.freshCore("core-test.db")
        assertThrows(CoreException.Locked::class.java) { runBlocking { second.numbers() } }
        Unit
    }

    @Test fun anotherPhonesDatabaseComesInOnce() = runBlocking {
        val other = app.freshCore("other.db")
        other.walk(30)
        val there = other.numbers().reports
        other.close()
        val brought = core.mergeFile(app.getDatabasePath("other.db")) {}
        assertEquals(there, brought.reports)
        assertEquals(there, core.numbers().reports)
        assertTrue(core.leaderboard(LocalDate.of(2026, 6, 1)).totals.wifi > 10u)
        assertEquals(0uL, core.mergeFile(app.getDatabasePath("other.db")) {}.reports)
        val nonsense = File(app.cacheDir, "nonsense.db").apply { writeText("no database at all, and long enough to be looked at") }
        assertThrows(CoreException::class.java) { runBlocking { core.mergeFile(nonsense) {} } }
        assertEquals(there, core.numbers().reports)
    }

    @Test fun aBackupOpensWithItsPasswordOrItsCodeAndWithNothingElse() = runBlocking {
        core.walk(30)
        val file = File(app.cacheDir, "all.vault")
        val made = core.createBackup(file, "correct horse battery") {}
        assertEquals(core.numbers().reports, made.reports)
        assertTrue("net1" !in file.readText(Charsets.ISO_8859_1))
        val other = app.freshCore("restored.db")
        assertThrows(CoreException.WrongPassword::class.java) {
            runBlocking { other.restoreBackup(file, BackupKey.Typed("correct horse batterz")) {} }
        }
        assertEquals(0uL, other.numbers().reports)
        assertEquals(made.reports, other.restoreBackup(file, BackupKey.Printed(made.recoveryCode)) {}.reports)
        assertEquals(core.leaderboard(LocalDate.of(2026, 6, 1)).totals, other.leaderboard(LocalDate.of(2026, 6, 1)).totals)
        // Into a phone that has it all already.
        other.restoreBackup(file, BackupKey.Typed("correct horse battery")) {}
        assertEquals(made.reports, other.numbers().reports)

        val code = core.rekeyBackup(file, BackupKey.Typed("correct horse battery"), "another horse entirely") {}
        assertTrue(code != made.recoveryCode)
        val third = app.freshCore("third.db")
        assertThrows(CoreException.WrongPassword::class.java) {
            runBlocking { third.restoreBackup(file, BackupKey.Typed("correct horse battery")) {} }
        }
        assertEquals(made.reports, third.restoreBackup(file, BackupKey.Typed("another horse entirely")) {}.reports)
        assertEquals(SHORTEST.toUInt(), shortestPassword())
    }

    @Test fun aRegionPackAnswersWhereThePhoneHasNotBeen() = runBlocking {
        val pack = File(app.cacheDir, "finland.pack")
        val cells = samples("exchange").resolve("mls.csv")
        val cli = checkNotNull(System.getProperty("cairn.cli"))
        val built = ProcessBuilder(cli, "pack", "build", "--out", pack.path, "--cells", cells.path).redirectErrorStream(true).start()
        val said = built.inputStream.bufferedReader().readText()
        assertEquals(said, 0, built.waitFor())
        val scan = ScanEvent(cells = listOf(cell(CellRadio.WCDMA, 91u, 801u, 86_355u), cell(CellRadio.LTE, 5u, 4_711u, 12_345_678u)))
        assertNull(core.locate(scan))

        val row = core.addPack(pack)
        assertTrue("$row", row.content!!.cells > 0uL && row.fault == null)
        assertEquals(listOf(row), core.packs())
        val position = core.locate(scan)!!
        assertTrue("$position", metresBetween(position.lat, position.lon, 60.1700, 24.9385) < position.r95M)
        core.close()
        assertEquals("after a new start", listOf(row), core.packs())

        core.removePack(row.path)
        assertNull(core.locate(scan))
        val nonsense = File(app.cacheDir, "nonsense.pack").apply { writeText("no pack at all") }
        assertThrows(CoreException.BadInput::class.java) { runBlocking { core.addPack(nonsense) } }
        assertEquals(emptyList<PackRow>(), core.packs())
    }

    private fun cell(radio: CellRadio, mnc: UInt, area: UInt, cell: ULong) = CellHeard(
        monoMs = 0,
        radio = radio,
        mcc = 244u,
        mnc = mnc,
        area = area,
        cell = cell,
        physical = null,
        arfcn = null,
        signalDbm = -90,
        asu = null,
        timingAdvance = null,
        serving = true,
    )

    @Test fun everythingCanBeErased() = runBlocking {
        core.walk(10)
        core.erase()
        assertEquals(0uL, core.numbers().reports)
        assertEquals(0u, core.leaderboard(LocalDate.of(2026, 6, 1)).totals.days)
    }

    @Test fun theCoreIsNeverAskedOnTheMainThread() {
        val onMain = Core(app, app.getDatabasePath("main.db"), Dispatchers.Main.immediate)
        assertThrows(IllegalStateException::class.java) { runBlocking { onMain.numbers() } }
    }

    @Test fun theAppsUsualChoicesAreTheCores() = assertEquals(defaultCollectingSettings(), Choices().collectingSettings())
}
