package app.cairn.collect

import android.Manifest.permission.ACCESS_FINE_LOCATION
import android.Manifest.permission.BLUETOOTH_SCAN
import android.bluetooth.BluetoothAdapter
import android.bluetooth.BluetoothManager
import android.content.BroadcastReceiver
import android.content.Context
import android.content.Intent
import android.content.IntentFilter
import android.content.pm.PackageManager.PERMISSION_GRANTED
import android.location.LocationManager
import android.net.wifi.WifiManager
import android.os.BatteryManager
import android.os.Build
import android.os.Handler
import android.os.PowerManager
import app.cairn.core.PhoneEvent
import app.cairn.core.Sensor
import app.cairn.core.Warmth
import java.util.concurrent.Executor

/** The phone's own state: battery, heat, power saver, permissions, and what the user switched off in the system. */
class PhoneWatch(private val context: Context, private val handler: Handler) {
    private val power = context.getSystemService(PowerManager::class.java)
    private var receiver: BroadcastReceiver? = null
    private var heat: PowerManager.OnThermalStatusChangedListener? = null

    /** Tells everything once, then whatever changes. */
    fun start(tell: (Heard) -> Unit) {
        stop()
        val receiver = object : BroadcastReceiver() {
            override fun onReceive(context: Context, intent: Intent) = look(intent).forEach { tell(Heard.AnEvent(it)) }
        }
        this.receiver = receiver
        val filter = IntentFilter().apply { ACTIONS.forEach(::addAction) }
        val battery = context.registerReceiver(receiver, filter, null, handler)
        (permissions() + providers() + powerSave() + battery?.let(::look).orEmpty()).forEach { tell(Heard.AnEvent(it)) }
        watchHeat(tell)
    }

    private fun watchHeat(tell: (Heard) -> Unit) {
        val heat = PowerManager.OnThermalStatusChangedListener { status -> tell(Heard.AnEvent(PhoneEvent.Heat(warmth(status)))) }
        try {
            power.addThermalStatusListener(Executor(handler::post), heat)
            this.heat = heat
        } catch (_: RuntimeException) {
            // What Android throws on phones without a thermal service: they are taken to be cool.
        }
    }

    /** Permissions change without a broadcast: asked when a screen comes to the front. */
    fun permissions(): List<PhoneEvent> {
        val location = context.checkSelfPermission(ACCESS_FINE_LOCATION) == PERMISSION_GRANTED
        val bluetooth = if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.S) {
            context.checkSelfPermission(BLUETOOTH_SCAN) == PERMISSION_GRANTED
        } else {
            location
        }
        val byLocation = listOf(Sensor.GNSS, Sensor.WIFI, Sensor.CELLS).map { PhoneEvent.Permission(it, location) }
        return byLocation + PhoneEvent.Permission(Sensor.BEACONS, bluetooth)
    }

    fun stop() {
        receiver?.let(context::unregisterReceiver)
        receiver = null
        heat?.let(power::removeThermalStatusListener)
        heat = null
    }

    private fun look(intent: Intent): List<PhoneEvent> = when (intent.action) {
        Intent.ACTION_BATTERY_CHANGED -> listOfNotNull(battery(intent))
        PowerManager.ACTION_POWER_SAVE_MODE_CHANGED -> powerSave()
        else -> providers()
    }

    private fun battery(intent: Intent): PhoneEvent? {
        val level = intent.getIntExtra(BatteryManager.EXTRA_LEVEL, -1)
        val scale = intent.getIntExtra(BatteryManager.EXTRA_SCALE, -1)
        if (level < 0 || scale <= 0) return null
        val charging = intent.getIntExtra(BatteryManager.EXTRA_PLUGGED, 0) != 0
        return PhoneEvent.Battery((level * 100 / scale).coerceIn(0, 100).toUByte(), charging)
    }

    private fun powerSave() = listOf(PhoneEvent.PowerSave(power.isPowerSaveMode))

    private fun providers(): List<PhoneEvent> {
        val locations = context.getSystemService(LocationManager::class.java)
        val wifi = context.getSystemService(WifiManager::class.java)
        val bluetooth = context.getSystemService(BluetoothManager::class.java)?.adapter
        return listOf(
            PhoneEvent.Provider(Sensor.GNSS, locations.isProviderEnabled(LocationManager.GPS_PROVIDER)),
            // Android scans with WiFi off as long as the user allows scanning at any time.
            PhoneEvent.Provider(Sensor.WIFI, wifi.isWifiEnabled || scansWhenOff(wifi)),
            PhoneEvent.Provider(Sensor.BEACONS, bluetooth?.isEnabled == true),
        )
    }

    @Suppress("DEPRECATION") // There is no other way to ask.
    private fun scansWhenOff(wifi: WifiManager) = wifi.isScanAlwaysAvailable

    private fun warmth(status: Int) = when {
        status >= PowerManager.THERMAL_STATUS_SEVERE -> Warmth.HOT
        status >= PowerManager.THERMAL_STATUS_MODERATE -> Warmth.WARM
        else -> Warmth.NORMAL
    }

    private companion object {
        val ACTIONS = listOf(
            Intent.ACTION_BATTERY_CHANGED,
            PowerManager.ACTION_POWER_SAVE_MODE_CHANGED,
            LocationManager.PROVIDERS_CHANGED_ACTION,
            WifiManager.WIFI_STATE_CHANGED_ACTION,
            BluetoothAdapter.ACTION_STATE_CHANGED,
        )
    }
}
