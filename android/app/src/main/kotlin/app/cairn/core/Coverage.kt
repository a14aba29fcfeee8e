package app.cairn.core

import java.nio.ByteBuffer
import java.nio.ByteOrder

/** A part of the map in degrees; `west` is greater than `east` over the date line. */
data class GeoBox(val south: Double, val west: Double, val north: Double, val east: Double)

/** A piece of covered ground. Corners are latitude and longitude in turn, in degrees. */
class CoveredHexagon(
    val firstDay: Int,
    val lastDay: Int,
    val days: Int,
    /** Hexagons of the finest size walked within. */
    val hexagons: Int,
    /** H3 resolution, 9 is the finest. */
    val resolution: Int,
    val corners: DoubleArray,
) {
    /** The part of the map that it lies in; a hexagon over the date line gives the whole way round. */
    fun box(): GeoBox {
        val (lats, lons) = corners.toList().chunked(2) { (lat, lon) -> lat to lon }.unzip()
        return GeoBox(lats.min(), lons.min(), lats.max(), lons.max())
    }
}

/** Reads the packed form that `rust-core/ffi/src/coverage.rs` writes. */
internal object Coverage {
    private const val E7 = 1e7

    fun read(packed: ByteArray): List<CoveredHexagon> {
        val bytes = ByteBuffer.wrap(packed).order(ByteOrder.LITTLE_ENDIAN)
        return List(bytes.int) {
            val (first, last, days, hexagons) = IntArray(4) { bytes.int }
            val resolution = bytes.get().toInt()
            CoveredHexagon(first, last, days, hexagons, resolution, corners(bytes))
        }
    }

    /** Bare outlines, as of a zone. */
    fun readOutlines(packed: ByteArray): List<DoubleArray> {
        val bytes = ByteBuffer.wrap(packed).order(ByteOrder.LITTLE_ENDIAN)
        return List(bytes.int) {
            bytes.get()
            corners(bytes)
        }
    }

    private fun corners(bytes: ByteBuffer) = DoubleArray(bytes.get().toInt() * 2) { bytes.int / E7 }
}

/** A zone's hexagons: latitude and longitude of the corners in turn, in degrees. */
fun outlinesOf(zone: ZoneRow): List<DoubleArray> = Coverage.readOutlines(zone.outlines)
