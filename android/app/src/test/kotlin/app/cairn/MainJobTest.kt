package app.cairn

import android.Manifest.permission.ACCESS_FINE_LOCATION
import android.content.Intent
import android.location.Location
import android.location.LocationManager
import android.net.wifi.WifiManager
import android.os.Looper
import android.os.SystemClock
import androidx.work.ListenableWorker
import androidx.work.testing.TestListenableWorkerBuilder
import androidx.work.testing.WorkManagerTestInitHelper
import app.cairn.background.StumbleService
import app.cairn.background.UploadWorker
import app.cairn.core.CollectingStatus
import app.cairn.core.metresBetween
import app.cairn.data.serviceAt
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
import java.time.Duration
import java.time.LocalDate

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

    @Test fun whatIsHeardOnAWalkReachesTheServiceAndTheLeaderboard() {
        runBlocking { app.settings.change { it.copy(consented = true) } }
        val service = start()
        waitUntil("collecting") { shadowOf(locations).getLocationRequests(LocationManager.GPS_PROVIDER).isNotEmpty() }
        assertNotNull(shadowOf(service.get()).lastForegroundNotification)
        repeat(30) { walk(it) }
        waitUntil("the last fix") { app.collecting.state.value.fix?.lat == Street.lat(29) }
        assertEquals(CollectingStatus.Collecting, app.collecting.state.value.status)

        app.startService(StumbleService.stopIntent(app))
        service.withIntent(StumbleService.stopIntent(app)).startCommand(0, 2)
        waitUntil("the end", everyMs = 1_000) { app.collecting.state.value.status == CollectingStatus.Stopped }
        waitUntil("radios off") { shadowOf(locations).getLocationRequests(LocationManager.GPS_PROVIDER).isEmpty() }
        assertTrue(runBlocking { !app.settings.now().collecting })

        runBlocking {
            val numbers = app.core.numbers()
            assertTrue("$numbers", numbers.reports >= 15u)
            Service().use { beaconDb ->
                app.core.addService(serviceAt(beaconDb.url).copy(allowHttp = true, unmeteredOnly = false, roaming = true))
                assertEquals(ListenableWorker.Result.success(), TestListenableWorkerBuilder<UploadWorker>(app).build().doWork())
            }
            val outbox = app.core.outbox().single()
            assertEquals(0uL to numbers.reports, outbox.waiting to outbox.accepted)

            val board = app.core.leaderboard(LocalDate.now())
            assertTrue("${board.totals}", board.totals.wifi >= 15u && board.totals.accepted == numbers.reports)
            val position = app.core.locate(Street.scan(15))
            assertTrue(metresBetween(position!!.lat, position.lon, Street.lat(15), Street.LON) < 30)
        }
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

    private fun start(): ServiceController<StumbleService> =
        Robolectric.buildService(StumbleService::class.java).create().startCommand(0, 1)

    private fun walk(step: Int) {
        SystemClock.setCurrentTimeMillis(SystemClock.uptimeMillis() + 2_000)
        val fix = Location(LocationManager.GPS_PROVIDER).apply {
            time = System.currentTimeMillis()
            elapsedRealtimeNanos = SystemClock.elapsedRealtimeNanos()
            latitude = Street.lat(step)
            longitude = Street.LON
            accuracy = 5f
            speed = 5f
        }
        shadowOf(locations).simulateLocation(fix)
        app.hears(Street.scan(step))
        app.sendBroadcast(Intent(WifiManager.SCAN_RESULTS_AVAILABLE_ACTION))
        val seen = System.nanoTime()
        waitUntil("fix $step") { app.collecting.state.value.fix?.lat == Street.lat(step) || System.nanoTime() - seen > 2_000_000_000 }
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
