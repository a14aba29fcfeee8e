package app.cairn.ui.map

import android.app.Application
import android.content.Context
import androidx.compose.material3.ColorScheme
import androidx.compose.material3.MaterialTheme
import androidx.compose.runtime.Composable
import androidx.compose.runtime.remember
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.luminance
import androidx.compose.ui.graphics.toArgb
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.viewinterop.AndroidView
import app.cairn.core.GeoBox
import app.cairn.data.RasterTiles
import org.mapsforge.core.graphics.Paint
import org.mapsforge.core.graphics.Style
import org.mapsforge.core.model.LatLong
import org.mapsforge.map.android.graphics.AndroidGraphicFactory
import org.mapsforge.map.android.util.AndroidUtil
import org.mapsforge.map.android.view.MapView
import org.mapsforge.map.layer.Layer
import org.mapsforge.map.layer.download.TileDownloadLayer
import org.mapsforge.map.layer.overlay.Circle
import org.mapsforge.map.layer.overlay.FixedPixelCircle
import org.mapsforge.map.layer.renderer.TileRendererLayer
import org.mapsforge.map.reader.MapFile
import org.mapsforge.map.rendertheme.internal.MapsforgeThemes

/** The map: ground covered over what the user gave as a background, the position by satellites, and the estimate. */
@Composable
fun CoverageMap(state: MapState, description: String, look: (GeoBox) -> Unit, modifier: Modifier = Modifier) {
    val colours = MaterialTheme.colorScheme
    val background = remember(state.mapFile, state.tileUrl) { state.mapFile to state.tileUrl }
    AndroidView(
        factory = { context -> MapHolder(context, colours, look).view },
        modifier = modifier.semantics { contentDescription = description },
        update = { view -> (view.tag as MapHolder).show(state, background) },
        onRelease = { view -> (view.tag as MapHolder).close() },
    )
}

/** A map view and its layers. */
private class MapHolder(context: Context, colours: ColorScheme, private val look: (GeoBox) -> Unit) {
    init {
        AndroidGraphicFactory.createInstance(context.applicationContext as Application)
    }

    private val coverage = CoverageLayer(
        shades = listOf(0.30f, 0.42f, 0.54f, 0.66f).map { fill(colours.primary.copy(alpha = it)) },
        outline = stroke(colours.primary.copy(alpha = 0.7f), 2f),
    )
    private val here = FixedPixelCircle(null, 9f, fill(HERE), stroke(Color.White, 5f))
    private val estimate = Circle(null, 0f, fill(colours.tertiary.copy(alpha = 0.2f)), stroke(colours.tertiary, 3f))
    private var background: Layer? = null
    private var shown: Pair<String?, String?>? = null
    private var followed = false
    private var opened = false

    val view = MapView(context).apply {
        tag = this@MapHolder
        setBuiltInZoomControls(false)
        mapScaleBar.isVisible = false
        isClickable = true
        model.displayModel.backgroundColor = colours.surfaceContainerLow.toArgb()
        // Maps are drawn for the day; at night a bright one would blind.
        if (colours.surface.luminance() < 0.5f) model.displayModel.themeCallback = NightColours
        setCenter(START)
        setZoomLevel(START_ZOOM)
        listOf(coverage, estimate, here).forEach(layerManager.layers::add)
        model.mapViewPosition.addObserver(::tellBox)
        addOnLayoutChangeListener { _, _, _, _, _, _, _, _, _ -> tellBox() }
    }

    fun show(state: MapState, wanted: Pair<String?, String?>) {
        if (wanted != shown) setBackground(wanted)
        coverage.show(state.covered)
        state.collecting.fix?.let { fix ->
            here.setLatLong(LatLong(fix.lat, fix.lon))
            if (!followed) {
                followed = true
                view.setCenter(here.position)
                view.setZoomLevel(STREET_ZOOM)
            }
        }
        state.home?.takeIf { !followed && !opened }?.let { (lat, lon) ->
            opened = true
            view.setCenter(LatLong(lat, lon))
            view.setZoomLevel(STREET_ZOOM)
        }
        state.estimate?.let {
            estimate.setLatLong(LatLong(it.lat, it.lon))
            estimate.setRadius(it.r68M.toFloat())
        }
        here.isVisible = state.collecting.fix != null
        estimate.isVisible = state.estimate != null
        here.requestRedraw()
    }

    fun close() = view.destroyAll()

    private fun setBackground(wanted: Pair<String?, String?>) {
        shown = wanted
        background?.let {
            view.layerManager.layers.remove(it)
            it.onDestroy()
        }
        val (file, url) = wanted
        val cache = AndroidUtil.createTileCache(
            view.context,
            "map",
            view.model.displayModel.tileSize,
            1f,
            view.model.frameBufferModel.overdrawFactor,
        )
        background = when {
            file != null -> TileRendererLayer(
                cache,
                MapFile(file),
                view.model.mapViewPosition,
                AndroidGraphicFactory.INSTANCE,
            ).apply { setXmlRenderTheme(MapsforgeThemes.DEFAULT) }
            url != null && RasterTiles.isUsable(url) -> TileDownloadLayer(
                cache,
                view.model.mapViewPosition,
                RasterTiles(url),
                AndroidGraphicFactory.INSTANCE,
            ).apply { start() }
            else -> null
        }
        background?.let { view.layerManager.layers.add(0, it) }
    }

    private fun tellBox() {
        if (view.width == 0) return
        val size = view.model.displayModel.tileSize
        val box = org.mapsforge.map.util.MapPositionUtil.getBoundingBox(
            view.model.mapViewPosition.mapPosition,
            org.mapsforge.core.model.Rotation.NULL_ROTATION,
            size,
            view.dimension,
            0.5f,
            0.5f,
        )
        look(GeoBox(box.minLatitude, box.minLongitude, box.maxLatitude, box.maxLongitude))
    }

    private companion object {
        val START = LatLong(50.0, 10.0)
        const val START_ZOOM: Byte = 5

        /** The blue that every map has for "you are here", on all backgrounds. */
        val HERE = Color(0xFF1A73E8)

        /** Shows a walk. */
        const val STREET_ZOOM: Byte = 15
    }
}

private fun fill(colour: Color): Paint = paint(colour, Style.FILL, 0f)

private fun stroke(colour: Color, width: Float): Paint = paint(colour, Style.STROKE, width)

private fun paint(colour: Color, style: Style, width: Float): Paint = AndroidGraphicFactory.INSTANCE.createPaint().apply {
    setColor(colour.toArgb())
    setStyle(style)
    setStrokeWidth(width)
}
