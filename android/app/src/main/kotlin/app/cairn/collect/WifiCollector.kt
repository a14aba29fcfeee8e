package app.cairn.collect

import android.Manifest.permission.ACCESS_FINE_LOCATION
import android.annotation.SuppressLint
import android.content.BroadcastReceiver
import android.content.Context
import android.content.Intent
import android.content.IntentFilter
import android.content.pm.PackageManager.PERMISSION_GRANTED
import android.net.wifi.ScanResult
import android.net.wifi.WifiManager
import android.os.Build
import android.os.Handler
import app.cairn.core.ScanEvent
import app.cairn.core.Sensor
import app.cairn.core.WifiGeneration
import app.cairn.core.WifiHeard

/** WiFi scan results, whoever asked for them: those that other apps cause cost nothing. */
class WifiCollector(private val context: Context, private val handler: Handler) : Collector {
    override val sensor = Sensor.WIFI

    private val wifi get() = context.getSystemService(WifiManager::class.java)
    private var receiver: BroadcastReceiver? = null

    override fun start(intervalMs: Long, tell: (Heard) -> Unit): StartResult {
        if (context.checkSelfPermission(ACCESS_FINE_LOCATION) != PERMISSION_GRANTED) {
            return StartResult.MissingPermission(ACCESS_FINE_LOCATION)
        }
        stop()
        val receiver = object : BroadcastReceiver() {
            override fun onReceive(context: Context, intent: Intent) {
                // A failed scan brings the old results again: their age would say so, but nothing new is in them.
                if (intent.getBooleanExtra(WifiManager.EXTRA_RESULTS_UPDATED, true)) tell(Heard.AScan(sensor, results()))
            }
        }
        this.receiver = receiver
        val filter = IntentFilter(WifiManager.SCAN_RESULTS_AVAILABLE_ACTION)
        context.registerReceiver(receiver, filter, null, handler)
        return StartResult.Started
    }

    /** Android answers false when an app has scanned four times in two minutes. */
    @Suppress("DEPRECATION") // There is nothing in its place.
    override fun scanNow(): StartResult = if (wifi.startScan()) StartResult.Started else StartResult.Throttled

    override fun stop() {
        receiver?.let(context::unregisterReceiver)
        receiver = null
    }

    @SuppressLint("MissingPermission") // Without it the system answers an empty list.
    private fun results() = ScanEvent(wifi = wifi.scanResults.map(ScanResult::toWifiHeard))
}

fun ScanResult.toWifiHeard() = WifiHeard(
    monoMs = timestamp / 1_000,
    bssid = BSSID.orEmpty(),
    ssid = ssidBytes(),
    signalDbm = level.takeIf { it in DBM }?.toShort(),
    frequencyMhz = frequency.takeIf { it > 0 }?.toUShort(),
    generation = generation(),
)

/** Names are bytes: up to Android 12 the system only tells them as text. */
@Suppress("DEPRECATION")
private fun ScanResult.ssidBytes(): ByteArray =
    if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.TIRAMISU) wifiSsid?.bytes ?: byteArrayOf() else SSID.orEmpty().toByteArray()

private fun ScanResult.generation(): WifiGeneration? {
    if (Build.VERSION.SDK_INT < Build.VERSION_CODES.R) return null
    return when (wifiStandard) {
        ScanResult.WIFI_STANDARD_LEGACY -> WifiGeneration.LEGACY
        ScanResult.WIFI_STANDARD_11N -> WifiGeneration.N
        ScanResult.WIFI_STANDARD_11AC -> WifiGeneration.AC
        ScanResult.WIFI_STANDARD_11AX -> WifiGeneration.AX
        ScanResult.WIFI_STANDARD_11BE -> WifiGeneration.BE
        else -> null
    }
}

/** Drivers give 0 or -127 and less for "unknown". */
private val DBM = -126..-1
