package app.cairn

import android.Manifest.permission.ACCESS_FINE_LOCATION
import android.location.LocationManager
import android.net.wifi.WifiManager
import android.os.Build
import android.os.Looper
import androidx.work.ListenableWorker
import androidx.work.testing.TestListenableWorkerBuilder
import androidx.work.testing.WorkManagerTestInitHelper
import app.cairn.background.StumbleService
import app.cairn.background.UploadWorker
import app.cairn.core.CollectingStatus
import app.cairn.core.metresBetween
import app.cairn.data.serviceAt
import java.time.Duration
import java.time.LocalDate
import kotlinx.coroutines.runBlocking
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNotNull
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf
import org.robolectric.android.controller.ServiceController

/** Collect, report, upload, leaderboard, estimate: through the Android classes, with the real core and a real service. */
@RunWith(RobolectricTestRunner::class)
class MainJobTest {
    private val locations = app.getSystemService(LocationManager::class.java)
    private val wifi = app.getSystemService(WifiManager::class.java)

    @Before fun aPhoneOutdoors() {
        WorkManagerTestInitHelper.initializeTestWorkManager(app)
        shadowOf(app).grantPermissions(ACCESS_FINE_LOCATION)
        shadowOf(locations).setProviderEnabled(LocationManager.GPS_PROVIDER, true)
        wifi.isWifiEnabled = true
    }

    @Test fun whatIsHeardOnADriveReachesTheServiceAndTheLeaderboardAndNothingElseDoes() {
        val drive = track("visnjan-car.gpx")
        runBlocking { app.settings.change { it.copy(consented = true) } }
        val service = start()
        waitUntil("collecting") { shadowOf(locations).getLocationRequests(LocationManager.GPS_PROVIDER).isNotEmpty() }
        assertNotNull(shadowOf(service.get()).lastForegroundNotification)
        // Until the car is parked, where collecting would pause.
        val driven = drive.points.filter { it.secondsIn < PARKED_AFTER_SECONDS }
        driven.zipWithNext { from, to -> travel(drive, to, to.secondsIn - from.secondsIn) }
        assertEquals(CollectingStatus.Collecting, app.collecting.state.value.status)

        app.startService(StumbleService.stopIntent(app))
        service.withIntent(StumbleService.stopIntent(app)).startCommand(0, 2)
        waitUntil("the end", everyMs = 1_000) { app.collecting.state.value.status == CollectingStatus.Stopped }
        waitUntil("radios off") { shadowOf(locations).getLocationRequests(LocationManager.GPS_PROVIDER).isEmpty() }
        assertTrue(runBlocking { !app.settings.now().collecting })

        runBlocking {
            val numbers = app.core.numbers()
            assertTrue("$numbers", numbers.reports >= 15u)
            Service(database = app.getDatabasePath("service.db")).use { beaconDb ->
                app.core.addService(serviceAt(beaconDb.url).copy(allowHttp = true, unmeteredOnly = false, roaming = true))
                assertEquals(ListenableWorker.Result.success(), TestListenableWorkerBuilder<UploadWorker>(app).build().doWork())
                val taken = beaconDb.reports()
                assertEquals(numbers.reports.toInt(), taken.size)
                assertNothingPrivate(taken, drive)
            }
            val outbox = app.core.outbox().single()
            assertEquals(0uL to numbers.reports, outbox.waiting to outbox.accepted)

            val board = app.core.leaderboard(LocalDate.now())
            assertTrue("${board.totals}", board.totals.wifi >= 40u && board.totals.accepted == numbers.reports)
            assertEquals("HR", board.countries.single().reached.country)
            val inTheMiddle = drive.points.first { it.secondsIn > SLOW_AFTER_SECONDS }
            val position = app.core.locate(drive.scan(inTheMiddle, 0))!!
            val off = metresBetween(position.lat, position.lon, inTheMiddle.lat, inTheMiddle.lon)
            assertTrue("$off m off", off < position.r95M)
        }
    }

    private fun assertNothingPrivate(reports: List<String>, drive: Track) {
        val all = reports.joinToString().lowercase()
        assertTrue(drive.forbidden.isNotEmpty())
        assertEquals(emptyList<String>(), drive.forbidden.filter { it in all || it.replace(":", "") in all })
        assertEquals(emptyList<String>(), listOf("_nomap", "_optout", "robolectric", Build.MODEL.lowercase()).filter { it in all })
    }

    @Test fun nothingIsCollectedBeforeTheUserHasAgreed() {
        val service = start()
        waitUntil("the end") { shadowOf(service.get()).isStoppedBySelf }
        assertTrue(shadowOf(locations).getLocationRequests(LocationManager.GPS_PROVIDER).isEmpty())
    }

    @Test fun withoutPermissionItEndsAndDoesNotCrash() {
        shadowOf(app).denyPermissions(ACCESS_FINE_LOCATION)
        val service = start().get()
        assertTrue(shadowOf(service).isStoppedBySelf)
        assertNull(shadowOf(service).lastForegroundNotification)
    }

    @Test fun aServiceThatCannotBeReachedKeepsEverything() = runBlocking {
        app.settings.change { it.copy(consented = true) }
        app.core.walk(10)
        val gone = Service().use { it.url }
        app.core.addService(serviceAt(gone).copy(allowHttp = true, unmeteredOnly = false, roaming = true))
        TestListenableWorkerBuilder<UploadWorker>(app).build().doWork()
        val outbox = app.core.outbox().single()
        assertEquals(app.core.numbers().reports, outbox.waiting)
        assertNotNull(outbox.nextAttemptMs)
    }

    private companion object {
        const val PARKED_AFTER_SECONDS = 228

        /** Where the recorder has a place every three seconds. */
        const val SLOW_AFTER_SECONDS = 83
    }

    private fun start(): ServiceController<StumbleService> =
        Robolectric.buildService(StumbleService::class.java).create().startCommand(0, 1)

    private fun travel(drive: Track, point: Track.Point, seconds: Int) {
        app.arrives(point.lat, point.lon, seconds, drive.scan(point, 0))
    }
}

/** Lets the main thread and the core work until [done]; fails after ten seconds of the wall clock. */
fun waitUntil(what: String, everyMs: Long = 0, done: () -> Boolean) {
    val end = System.nanoTime() + 10_000_000_000
    while (!done()) {
        check(System.nanoTime() < end) { "waited in vain for $what" }
        if (everyMs > 0) shadowOf(Looper.getMainLooper()).idleFor(Duration.ofMillis(everyMs)) else shadowOf(Looper.getMainLooper()).idle()
        Thread.sleep(10)
    }
}
