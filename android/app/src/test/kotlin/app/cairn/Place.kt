package app.cairn

import android.content.Context
import android.content.Intent
import android.location.Location
import android.location.LocationManager
import android.net.wifi.ScanResult
import android.net.wifi.WifiManager
import android.net.wifi.WifiSsid
import android.os.SystemClock
import app.cairn.core.Core
import app.cairn.core.FixEvent
import app.cairn.core.PhoneEvent
import app.cairn.core.ScanEvent
import app.cairn.core.Sensor
import app.cairn.core.WifiGeneration
import app.cairn.core.WifiHeard
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf

/** The app under test. */
val app: CairnApp get() = RuntimeEnvironment.getApplication() as CairnApp

/** 2026-06-01, 12:00 UTC. */
const val NOON = 1_780_315_200_000L

/** A street in Helsinki: a fix every ten metres and two seconds, an access point every twenty metres. */
object Street {
    fun fix(step: Int, monoMs: Long = step * 2_000L) = FixEvent(
        monoMs = monoMs,
        utcMs = NOON + step * 2_000L,
        utcOffsetMin = 180,
        lat = lat(step),
        lon = LON,
        accuracyM = 5.0,
        altitudeM = null,
        altitudeAccuracyM = null,
        speedMps = 5.0,
        headingDeg = 0.0,
        pressureHpa = null,
        mock = false,
    )

    fun lat(step: Int) = 60.17 + step * 9e-5

    const val LON = 24.94

    /** What is heard at a step: the six nearest access points, weaker with distance. */
    fun scan(step: Int, monoMs: Long = step * 2_000L) = ScanEvent(wifi = (-3..2).map { heard(step / 2 + it, step, monoMs) })

    private fun heard(number: Int, step: Int, monoMs: Long): WifiHeard {
        val metres = kotlin.math.abs(number * 20.0 - step * 10.0)
        return WifiHeard(
            monoMs = monoMs,
            bssid = "00:1a:2b:3c:%02x:%02x".format((number + 100) / 256, (number + 100) % 256),
            ssid = "net$number".toByteArray(),
            signalDbm = (-45 - metres / 2).toInt().toShort(),
            frequencyMhz = 2412u,
            generation = WifiGeneration.N,
        )
    }
}

/** Walks the street with the core alone. */
suspend fun Core.walk(steps: Int, began: Long = NOON) {
    prepare(app.settings.now().collectingSettings(), 0, false)
    onEvent(0, PhoneEvent.Start)
    repeat(steps) { step ->
        onFix(step * 2_000L, Street.fix(step).copy(utcMs = began + step * 2_000L))
        onScan(step * 2_000L, Sensor.WIFI, Street.scan(step))
    }
    flush()
}

/** Five years until now: a walk a week in one place after the other, and in the last weeks one on most days. */
suspend fun Core.walkForYears() {
    prepare(app.settings.now().collectingSettings(), 0, false)
    val daysAgo = (WEEKS * 7 downTo LATELY step 7) + (LATELY - 1 downTo 0).filter { it % 5 != 3 }
    daysAgo.forEachIndexed { walk, days ->
        val (homeLat, homeLon) = HOMES[walk * HOMES.size / daysAgo.size]
        val began = System.currentTimeMillis() - days * DAY_MS - HOUR_MS
        val mono = walk * DAY_MS
        onEvent(mono, PhoneEvent.Start)
        repeat(STEPS + walk * 7 % STEPS) { step ->
            val now = mono + step * 2_000L
            val lat = homeLat + step * 9e-5 + walk % 10 * 1e-3
            val fix = Street.fix(step, now).copy(utcMs = began + step * 2_000L, lat = lat, lon = homeLon + walk % 7 * 2e-3)
            onFix(now, fix)
            // Other networks on each walk.
            val block = "%02x:%02x".format(walk / 256, walk % 256)
            val networks = Street.scan(step, now).wifi.map { it.copy(bssid = it.bssid.replaceRange(6, 11, block)) }
            onScan(now, Sensor.WIFI, ScanEvent(wifi = networks))
        }
        onEvent(mono + STEPS * 4_000L, PhoneEvent.Stop)
    }
    flush()
}

private const val WEEKS = 260
private const val LATELY = 28
private const val STEPS = 12
private const val DAY_MS = 86_400_000L
private const val HOUR_MS = 3_600_000L

/** Lisbon, Nairobi, Kyoto, Helsinki. */
private val HOMES = listOf(38.72 to -9.14, -1.29 to 36.82, 35.01 to 135.77, 60.166 to 24.938)

/** The phone gets to a place, and hears what is there; returns once the collection knows. */
fun CairnApp.arrives(lat: Double, lon: Double, seconds: Int, scan: ScanEvent) {
    SystemClock.setCurrentTimeMillis(SystemClock.uptimeMillis() + seconds * 1_000L)
    val fix = Location(LocationManager.GPS_PROVIDER).apply {
        time = System.currentTimeMillis()
        elapsedRealtimeNanos = SystemClock.elapsedRealtimeNanos()
        latitude = lat
        longitude = lon
        accuracy = 5f
    }
    shadowOf(getSystemService(LocationManager::class.java)).simulateLocation(fix)
    hears(scan)
    sendBroadcast(Intent(WifiManager.SCAN_RESULTS_AVAILABLE_ACTION))
    waitUntil("the fix") { collecting.state.value.fix?.lat == lat }
}

/** What Android will answer to a WiFi scan. */
fun Context.hears(scan: ScanEvent) = shadowOf(getSystemService(WifiManager::class.java)).setScanResults(
    scan.wifi.map { heard ->
        ScanResult().apply {
            BSSID = heard.bssid
            @Suppress("DEPRECATION") // To be set there is nothing newer.
            wifiSsid = WifiSsid.fromBytes(heard.ssid)
            level = heard.signalDbm!!.toInt()
            frequency = 2412
            timestamp = SystemClock.elapsedRealtimeNanos() / 1_000
        }
    },
)

fun Context.freshCore(name: String) = Core(this, getDatabasePath(name))
