package app.cairn.ui.data

import android.net.Uri
import androidx.compose.runtime.saveable.SaverScope
import androidx.work.testing.WorkManagerTestInitHelper
import app.cairn.Street
import app.cairn.app
import app.cairn.core.ExportArea
import app.cairn.core.ExportKind
import app.cairn.core.RankedSubject
import app.cairn.freshCore
import app.cairn.waitUntil
import app.cairn.walk
import java.io.ByteArrayOutputStream
import java.io.File
import java.time.LocalDate
import java.time.ZoneId
import java.util.zip.GZIPInputStream
import kotlinx.coroutines.runBlocking
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf

/** What is taken out: in every format, and only the part that was chosen. */
@RunWith(RobolectricTestRunner::class)
class ExportTest {
    private val day = LocalDate.of(2026, 6, 1).toEpochDay().toInt()
    private val utc = ZoneId.of("UTC")

    @Before fun aWalk() {
        WorkManagerTestInitHelper.initializeTestWorkManager(app)
        runBlocking { app.core.walk(60) }
    }

    @Test fun everyFormatIsWrittenAndThoseThatTellOfReportsComeInAgain() = runBlocking {
        val reports = app.core.numbers().reports.toLong()
        ExportKind.entries.forEach { kind ->
            val file = written(ExportWish(kind))
            assertTrue("$kind", file.length() > 0)
            val fresh = app.freshCore("again-$kind.db")
            when (kind) {
                ExportKind.MICROG_WIFI -> assertTrue(unpacked(file).lines().count { it.contains("001a2b") || it.contains("00:1a:2b") } > 5)
                ExportKind.MICROG_CELLS -> assertTrue(unpacked(file).lines().size <= 2)
                ExportKind.DATABASE -> assertEquals(reports, fresh.mergeFile(file) {}.reports.toLong())
                ExportKind.KML, ExportKind.KMZ, ExportKind.GEO_JSON -> Unit
                else -> assertTrue("$kind", fresh.importFile(file, false) {}.rows > 0uL)
            }
            fresh.close()
        }
    }

    @Test fun itIsCutToDaysPlaceTripAndKind() = runBlocking {
        val all = rows(ExportWish())
        assertEquals(app.core.numbers().reports.toLong(), all)
        assertEquals(all, rows(ExportWish(firstDay = day, lastDay = day)))
        assertEquals(0, rows(ExportWish(lastDay = day - 1)))
        assertEquals(0, rows(ExportWish(firstDay = day + 1)))

        val some = rows(ExportWish(area = ExportArea.Around(Street.lat(0), Street.LON, 200.0)))
        assertTrue("$some of $all", some in 1..<all)
        val board = app.core.leaderboard(LocalDate.of(2026, 6, 1))
        val area = board.areas.first().subject as RankedSubject.Area
        assertEquals(all, rows(ExportWish(area = ExportArea.Ranked(area.lat, area.lon))))

        val trip = (board.trips.first().subject as RankedSubject.Trip).id
        assertEquals(all, rows(ExportWish(trip = trip)))
        assertEquals(0, rows(ExportWish(trip = trip + 1)))

        assertTrue("wifiAccessPoints" in written(ExportWish()).readText())
        assertTrue("wifiAccessPoints" !in written(ExportWish(wifi = false)).readText())
        assertEquals(0, rows(ExportWish(refusedOnly = true)))
    }

    @Test fun theScreenWritesIntoTheFileThatTheUserPicked() {
        val target = Uri.parse("content://files/out")
        val written = ByteArrayOutputStream()
        shadowOf(app.contentResolver).registerOutputStream(target, written)
        val model = DataViewModel(app)
        model.export(target, ExportWish(ExportKind.GPX))
        waitUntil("the export") { model.state.value.done != null }
        assertTrue(written.toString().trimEnd().endsWith("</gpx>"))
        assertEquals(null, model.failure.value)
    }

    @Test fun aWishOutlivesTheApp() {
        val scope = SaverScope { true }
        listOf(
            ExportWish(),
            ExportWish(ExportKind.KMZ, true, 3, 4, 5, ExportArea.Ranked(1.0, 2.0), wifi = false),
            ExportWish(ExportKind.WIGLE, firstDay = 9, area = ExportArea.Around(1.0, 2.0, 3.0), cells = false, beacons = false),
        ).forEach { wish ->
            val saved = with(ExportWish.Saver) { scope.save(wish) }
            assertEquals(wish, ExportWish.Saver.restore(saved!!))
        }
    }

    @Test fun aDayIsTheUsers() {
        val lisbon = ExportWish(firstDay = day, lastDay = day).choice(ZoneId.of("Europe/Lisbon"))
        val tokyo = ExportWish(firstDay = day, lastDay = day).choice(ZoneId.of("Asia/Tokyo"))
        assertEquals(8 * 3_600_000L, lisbon.fromMs!! - tokyo.fromMs!!)
        assertEquals(24 * 3_600_000L, tokyo.toMs!! - tokyo.fromMs!!)
    }

    @Test fun whatMicrogImportsHasNeitherTripNorKindToChoose() {
        val wish = ExportWish(ExportKind.MICROG_CELLS, refusedOnly = true, trip = 7, cells = false).choice(utc)
        assertEquals(null, wish.trip)
        assertTrue(wish.cells && !wish.refusedOnly)
        assertTrue(!ExportWish(wifi = false, cells = false, beacons = false).isPossible)
    }

    private fun rows(wish: ExportWish) = runBlocking { app.core.exportFile(scratch(), wish.choice(utc)) {} }

    private fun written(wish: ExportWish) = runBlocking { scratch().also { app.core.exportFile(it, wish.choice(utc)) {} } }

    private fun scratch() = File.createTempFile("export", null, app.cacheDir)

    private fun unpacked(file: File) = GZIPInputStream(file.inputStream()).bufferedReader().readText()
}
