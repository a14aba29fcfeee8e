package app.cairn.data

import java.net.URL
import org.mapsforge.core.model.Tile
import org.mapsforge.map.layer.download.tilesource.AbstractTileSource

/** Raster tiles from an address the user has given, with {z}, {x} and {y} in it. */
class RasterTiles(private val template: String) : AbstractTileSource(arrayOf(URL(template.substringBefore('{')).host), -1) {
    init {
        userAgent = "Cairn"
    }

    override fun getParallelRequestsLimit() = 4

    override fun getZoomLevelMin(): Byte = 0

    override fun getZoomLevelMax(): Byte = 19

    override fun hasAlpha() = false

    override fun getTileUrl(tile: Tile): URL = URL(
        template
            .replace("{z}", tile.zoomLevel.toString())
            .replace("{x}", tile.tileX.toString())
            .replace("{y}", tile.tileY.toString()),
    )

    companion object {
        /** Whether an address can be one of tiles. */
        fun isUsable(template: String): Boolean =
            template.startsWith("https://") && listOf("{z}", "{x}", "{y}").all(template::contains) &&
                runCatching { URL(template).host.isNotEmpty() }.getOrDefault(false)
    }
}
