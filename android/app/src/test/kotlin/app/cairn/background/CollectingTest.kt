package app.cairn.background

import android.Manifest.permission.ACCESS_FINE_LOCATION
import android.Manifest.permission.BLUETOOTH_SCAN
import android.content.Intent
import android.location.LocationManager
import android.net.wifi.WifiManager
import android.os.BatteryManager
import app.cairn.app
import app.cairn.collect.Heard
import app.cairn.collect.StartResult
import app.cairn.core.CollectingStatus
import app.cairn.core.PauseReason
import app.cairn.core.PhoneEvent
import app.cairn.core.Sensor
import app.cairn.waitUntil
import kotlinx.coroutines.runBlocking
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf

/** What a day does to a collection: the loop, the core and Android's own state are real, radios and time are the test's. */
@RunWith(RobolectricTestRunner::class)
class CollectingTest {
    private val locations = app.getSystemService(LocationManager::class.java)
    private val phone by lazy { Rig() }

    @Before fun aPhoneOutdoors() {
        shadowOf(app).grantPermissions(ACCESS_FINE_LOCATION, BLUETOOTH_SCAN)
        shadowOf(locations).setProviderEnabled(LocationManager.GPS_PROVIDER, true)
        @Suppress("DEPRECATION") // The only way to switch a shadow's WiFi on.
        app.getSystemService(WifiManager::class.java).isWifiEnabled = true
        battery(80)
    }

    @Test fun whatIsUnderWayAtTheEndIsStillKept() {
        phone.start()
        phone.live(60)
        assertEquals(CollectingStatus.Collecting, phone.status)
        phone.deaf += Sensor.WIFI
        repeat(60) { if (phone.radio(Sensor.WIFI).asked == 0) phone.live(1) }
        val before = runBlocking { phone.core.numbers().raw }
        phone.collecting.stop()
        phone.settle()
        assertTrue("${phone.status}", phone.status is CollectingStatus.Draining)
        assertFalse(phone.isFinished)
        phone.deaf.clear()
        phone.live(15)
        assertEquals(CollectingStatus.Stopped, phone.status)
        assertTrue(phone.isFinished)
        assertTrue(runBlocking { phone.core.numbers().raw } > before)
        assertTrue(phone.radios.values.none { it.isRunning })
    }

    @Test fun atRestOnlyMotionIsFeltAndMovingGoesOn() {
        phone.start()
        phone.live(60)
        phone.isMoving = false
        phone.live(400)
        val paused = phone.status as CollectingStatus.Paused
        assertEquals(PauseReason.STILL, paused.why)
        assertEquals(listOf(Sensor.MOTION), phone.radios.values.filter { it.isRunning }.map { it.sensor })
        phone.isMoving = true
        phone.radio(Sensor.MOTION).tell(Heard.AnEvent(PhoneEvent.Moved))
        phone.live(60)
        assertEquals(CollectingStatus.Collecting, phone.status)
    }

    @Test fun aBreakIsTheUsersToBeginAndToEnd() {
        phone.start()
        phone.live(60)
        phone.collecting.pause()
        phone.live(5)
        assertTrue(phone.collecting.state.value.isResting)
        assertEquals(emptyList<Sensor>(), phone.radios.values.filter { it.isRunning }.map { it.sensor })
        phone.live(300)
        assertTrue(phone.collecting.state.value.isResting)
        phone.collecting.start(wasCollecting = false) {}
        phone.live(60)
        assertEquals(CollectingStatus.Collecting, phone.status)
    }

    @Test fun aScanThatAndroidRefusesIsAskedForLaterAndLessOften() {
        phone.start()
        val wifi = phone.radio(Sensor.WIFI)
        wifi.scanResult = StartResult.Throttled
        phone.live(120)
        assertEquals(emptyList<Long>(), wifi.scans)
        wifi.scanResult = StartResult.Started
        phone.live(300)
        assertTrue("${wifi.scans}", wifi.scans.isNotEmpty())
        assertTrue("four in two minutes: ${wifi.scans}", wifi.scans.windowed(5).all { it.last() - it.first() > 120_000 })
    }

    @Test fun withoutPermissionItWaitsAndGoesOnOnceItIsGranted() {
        shadowOf(app).denyPermissions(ACCESS_FINE_LOCATION)
        phone.radio(Sensor.GNSS).startResult = StartResult.MissingPermission(ACCESS_FINE_LOCATION)
        phone.start()
        phone.live(5)
        assertEquals(PauseReason.NO_PERMISSION, (phone.status as CollectingStatus.Paused).why)
        shadowOf(app).grantPermissions(ACCESS_FINE_LOCATION)
        phone.radio(Sensor.GNSS).startResult = StartResult.Started
        phone.collecting.lookAgain()
        phone.live(30)
        assertEquals(CollectingStatus.Collecting, phone.status)
    }

    @Test fun withoutBluetoothEverythingElseGoesOn() {
        shadowOf(app).denyPermissions(BLUETOOTH_SCAN)
        phone.radio(Sensor.BEACONS).startResult = StartResult.MissingPermission(BLUETOOTH_SCAN)
        phone.start()
        phone.live(60)
        assertEquals(CollectingStatus.Collecting, phone.status)
        assertFalse(phone.radio(Sensor.BEACONS).isRunning)
        assertTrue(phone.radio(Sensor.WIFI).scans.isNotEmpty())
    }

    @Test fun locationSwitchedOffIsSaidAndOnAgainGoesOn() {
        phone.start()
        phone.live(30)
        shadowOf(locations).setProviderEnabled(LocationManager.GPS_PROVIDER, false)
        app.sendBroadcast(Intent(LocationManager.PROVIDERS_CHANGED_ACTION))
        phone.live(3)
        assertEquals(PauseReason.LOCATION_OFF, (phone.status as CollectingStatus.Paused).why)
        shadowOf(locations).setProviderEnabled(LocationManager.GPS_PROVIDER, true)
        app.sendBroadcast(Intent(LocationManager.PROVIDERS_CHANGED_ACTION))
        phone.live(30)
        assertEquals(CollectingStatus.Collecting, phone.status)
    }

    @Test fun anEmptyBatteryPausesAndTheChargerEndsThePause() {
        phone.start()
        phone.live(30)
        battery(10)
        phone.live(3)
        assertEquals(PauseReason.BATTERY_LOW, (phone.status as CollectingStatus.Paused).why)
        assertFalse(phone.radio(Sensor.GNSS).isRunning)
        battery(60, charging = true)
        phone.live(30)
        assertEquals(CollectingStatus.Collecting, phone.status)
    }

    @Test fun aWifiThatKeepsFailingIsGivenUpWhileCellsGoOn() {
        phone.start()
        phone.live(10)
        val wifi = phone.radio(Sensor.WIFI)
        val began = mutableListOf<Long>()
        phone.deaf += Sensor.WIFI
        repeat(1_500) {
            if (wifi.isRunning) {
                began += phone.now
                wifi.fail()
                phone.settle()
            }
            phone.live(1)
        }
        val delays = began.zipWithNext { a, b -> b - a }
        assertEquals("$began", 6, began.size)
        assertTrue("$delays", delays.zipWithNext().all { (a, b) -> b > a })
        assertFalse(wifi.isRunning)
        val cells = phone.radio(Sensor.CELLS).scans.size
        phone.live(300)
        assertTrue(phone.radio(Sensor.CELLS).scans.size > cells)
        assertEquals(CollectingStatus.Collecting, phone.status)
    }

    @Test fun aRadioThatThrowsIsTriedAgainLater() {
        phone.radio(Sensor.WIFI).isBroken = true
        phone.start()
        phone.live(20)
        assertEquals(CollectingStatus.Collecting, phone.status)
        assertFalse(phone.radio(Sensor.WIFI).isRunning)
        phone.radio(Sensor.WIFI).isBroken = false
        phone.live(120)
        assertTrue(phone.radio(Sensor.WIFI).isRunning)
    }

    @Test fun afterAKilledProcessItGoesOnWithoutBreakingAndroidsLimit() {
        phone.start()
        phone.live(100)
        val stored = runBlocking {
            phone.core.flush()
            phone.core.numbers().reports
        }
        runBlocking { phone.core.close() }
        val next = Rig().apply {
            now = phone.now
            step = phone.step
        }
        next.start(wasCollecting = true)
        next.live(25)
        assertEquals(emptyList<Long>(), next.radio(Sensor.WIFI).scans)
        next.live(60)
        assertEquals(CollectingStatus.Collecting, next.status)
        assertTrue(next.radio(Sensor.WIFI).scans.isNotEmpty())
        assertTrue(runBlocking { next.core.numbers().reports } >= stored)
    }

    @Test fun aRadioThatTheUserSwitchesOffStopsAtOnce() {
        phone.start()
        phone.live(20)
        assertTrue(phone.radio(Sensor.WIFI).isRunning)
        runBlocking { app.settings.change { it.copy(wifi = false) } }
        waitUntil("WiFi off") { !phone.radio(Sensor.WIFI).isRunning }
        assertTrue(phone.radio(Sensor.GNSS).isRunning)
    }

    private fun battery(percent: Int, charging: Boolean = false) {
        @Suppress("DEPRECATION") // As the system tells it.
        app.sendStickyBroadcast(
            Intent(Intent.ACTION_BATTERY_CHANGED)
                .putExtra(BatteryManager.EXTRA_LEVEL, percent)
                .putExtra(BatteryManager.EXTRA_SCALE, 100)
                .putExtra(BatteryManager.EXTRA_PLUGGED, if (charging) BatteryManager.BATTERY_PLUGGED_USB else 0),
        )
    }
}
