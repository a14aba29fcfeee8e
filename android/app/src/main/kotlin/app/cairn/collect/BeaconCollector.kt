package app.cairn.collect

import android.Manifest.permission.ACCESS_FINE_LOCATION
import android.Manifest.permission.BLUETOOTH_SCAN
import android.annotation.SuppressLint
import android.bluetooth.BluetoothManager
import android.bluetooth.le.BluetoothLeScanner
import android.bluetooth.le.ScanCallback
import android.bluetooth.le.ScanResult
import android.bluetooth.le.ScanSettings
import android.content.Context
import android.content.pm.PackageManager.PERMISSION_GRANTED
import android.os.Build
import app.cairn.core.BeaconHeard
import app.cairn.core.PhoneEvent
import app.cairn.core.ScanEvent
import app.cairn.core.Sensor

/** Stationary Bluetooth beacons. Everything else that advertises is somebody's watch or headset and is left alone. */
class BeaconCollector(private val context: Context) : Collector {
    override val sensor = Sensor.BEACONS

    private var scanner: BluetoothLeScanner? = null
    private var callback: ScanCallback? = null

    @SuppressLint("MissingPermission") // Checked just before.
    override fun start(intervalMs: Long, tell: (Heard) -> Unit): StartResult {
        val permission = if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.S) BLUETOOTH_SCAN else ACCESS_FINE_LOCATION
        if (context.checkSelfPermission(permission) != PERMISSION_GRANTED) return StartResult.MissingPermission(permission)
        val adapter = context.getSystemService(BluetoothManager::class.java)?.adapter ?: return StartResult.Unavailable
        val scanner = adapter.takeIf { it.isEnabled }?.bluetoothLeScanner ?: return StartResult.Unavailable
        stop()
        val callback = callback(tell)
        // Results in batches of this length, where the chip can: the phone sleeps in between.
        val settings = ScanSettings.Builder().setScanMode(ScanSettings.SCAN_MODE_LOW_POWER).setReportDelay(BATCH_MS).build()
        scanner.startScan(emptyList(), settings, callback)
        this.scanner = scanner
        this.callback = callback
        return StartResult.Started
    }

    @SuppressLint("MissingPermission") // A permission that was taken away has stopped the scan already.
    override fun stop() {
        callback?.let { scanner?.stopScan(it) }
        callback = null
        scanner = null
    }

    private fun callback(tell: (Heard) -> Unit) = object : ScanCallback() {
        override fun onScanResult(callbackType: Int, result: ScanResult) = onBatchScanResults(mutableListOf(result))

        override fun onBatchScanResults(results: MutableList<ScanResult>) {
            val beacons = results.mapNotNull(ScanResult::toBeaconHeard)
            if (beacons.isNotEmpty()) tell(Heard.AScan(sensor, ScanEvent(beacons = beacons)))
        }

        override fun onScanFailed(errorCode: Int) {
            if (errorCode != SCAN_FAILED_ALREADY_STARTED) tell(Heard.AnEvent(PhoneEvent.Failed(sensor)))
        }
    }

    private companion object {
        const val BATCH_MS = 5_000L
    }
}

/** A beacon; null for any other device. */
@SuppressLint("MissingPermission") // The address of a scan result needs none.
fun ScanResult.toBeaconHeard(): BeaconHeard? {
    val kind = BeaconFormats.of(scanRecord ?: return null) ?: return null
    return BeaconHeard(
        monoMs = timestampNanos / 1_000_000,
        address = device.address,
        signalDbm = rssi.takeIf { it in -126..-1 }?.toShort(),
        kind = kind,
    )
}
