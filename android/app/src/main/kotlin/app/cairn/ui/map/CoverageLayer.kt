package app.cairn.ui.map

import app.cairn.core.CoveredHexagon
import org.mapsforge.core.graphics.Canvas
import org.mapsforge.core.graphics.Paint
import org.mapsforge.core.model.BoundingBox
import org.mapsforge.core.model.Point
import org.mapsforge.core.model.Rotation
import org.mapsforge.core.util.MercatorProjection
import org.mapsforge.map.android.graphics.AndroidGraphicFactory
import org.mapsforge.map.layer.Layer

/** Covered ground as filled hexagons; [shades] from once walked to often walked. */
class CoverageLayer(private val shades: List<Paint>, private val outline: Paint) : Layer() {
    @Volatile private var hexagons: List<CoveredHexagon> = emptyList()

    fun show(covered: List<CoveredHexagon>) {
        if (covered === hexagons) return
        hexagons = covered
        requestRedraw()
    }

    override fun draw(box: BoundingBox, zoom: Byte, canvas: Canvas, topLeft: Point, rotation: Rotation) {
        val size = MercatorProjection.getMapSize(zoom, displayModel.tileSize)
        for (hexagon in hexagons) {
            val path = AndroidGraphicFactory.INSTANCE.createPath()
            val corners = hexagon.corners
            for (corner in corners.indices step 2) {
                val x = (MercatorProjection.longitudeToPixelX(corners[corner + 1], size) - topLeft.x).toFloat()
                val y = (MercatorProjection.latitudeToPixelY(corners[corner], size) - topLeft.y).toFloat()
                if (corner == 0) path.moveTo(x, y) else path.lineTo(x, y)
            }
            path.close()
            canvas.drawPath(path, shades[(hexagon.days - 1).coerceIn(shades.indices)])
            canvas.drawPath(path, outline)
        }
    }
}
