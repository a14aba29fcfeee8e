package app.cairn.ui.map

import androidx.core.graphics.ColorUtils
import org.mapsforge.core.graphics.Bitmap
import org.mapsforge.map.rendertheme.ThemeCallback
import org.mapsforge.map.rendertheme.renderinstruction.RenderInstruction

/** Maps are drawn for the day. At night what is bright becomes dark, and each thing keeps its hue. */
object NightColours : ThemeCallback {
    override fun getBitmap(bitmap: Bitmap): Bitmap = bitmap

    override fun getColor(instruction: RenderInstruction?, colour: Int): Int {
        val hsl = FloatArray(3)
        ColorUtils.colorToHSL(colour, hsl)
        hsl[SATURATION] *= CALM
        hsl[LIGHTNESS] = DARKEST + (1 - hsl[LIGHTNESS]) * (BRIGHTEST - DARKEST)
        return ColorUtils.setAlphaComponent(ColorUtils.HSLToColor(hsl), colour ushr ALPHA_SHIFT)
    }

    private const val SATURATION = 1
    private const val LIGHTNESS = 2
    private const val ALPHA_SHIFT = 24

    /** Colours glow on black: less of them shows as much. */
    private const val CALM = 0.6f

    /** Paper becomes as dark as the screens around it, and ink no brighter than their words. */
    private const val DARKEST = 0.08f
    private const val BRIGHTEST = 0.82f
}
