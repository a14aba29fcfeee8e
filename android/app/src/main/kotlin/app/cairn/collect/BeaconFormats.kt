package app.cairn.collect

import android.bluetooth.le.ScanRecord
import android.os.ParcelUuid
import app.cairn.core.BeaconKind
import java.util.UUID

/** Tells stationary beacons by what they advertise. */
object BeaconFormats {
    /** Company identifier of Apple, and the type and length that its beacons begin with. */
    private const val APPLE = 0x004C
    private val I_BEACON = byteArrayOf(0x02, 0x15)

    /** AltBeacon: any company, then this code (github.com/AltBeacon/spec). */
    private val ALT_BEACON = byteArrayOf(0xBE.toByte(), 0xAC.toByte())

    /** Eddystone's 16-bit service, 0xFEAA (github.com/google/eddystone). */
    private val EDDYSTONE = ParcelUuid(UUID.fromString("0000feaa-0000-1000-8000-00805f9b34fb"))

    fun of(record: ScanRecord): BeaconKind? {
        if (record.serviceData.orEmpty().containsKey(EDDYSTONE)) return BeaconKind.EDDYSTONE
        if (record.getManufacturerSpecificData(APPLE)?.startsWith(I_BEACON) == true) return BeaconKind.I_BEACON
        val others = record.manufacturerSpecificData ?: return null
        val isAltBeacon = (0 until others.size()).any { others.valueAt(it).startsWith(ALT_BEACON) }
        return BeaconKind.ALT_BEACON.takeIf { isAltBeacon }
    }

    private fun ByteArray.startsWith(start: ByteArray) = size >= start.size && start.indices.all { this[it] == start[it] }
}
