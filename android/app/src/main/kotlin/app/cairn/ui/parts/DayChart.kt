package app.cairn.ui.parts

import androidx.compose.foundation.Canvas
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.height
import androidx.compose.material3.MaterialTheme
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.geometry.CornerRadius
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.geometry.Size
import androidx.compose.ui.platform.LocalLayoutDirection
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.LayoutDirection
import androidx.compose.ui.unit.dp

/** One bar a day, the last one is today's; [description] says the same to those who cannot see it. */
@Composable
fun DayChart(values: List<Long>, description: String) {
    val bar = MaterialTheme.colorScheme.primary
    val today = MaterialTheme.colorScheme.tertiary
    val ground = MaterialTheme.colorScheme.outlineVariant
    val isMirrored = LocalLayoutDirection.current == LayoutDirection.Rtl
    Canvas(Modifier.fillMaxWidth().height(96.dp).semantics { contentDescription = description }) {
        val most = values.maxOrNull()?.takeIf { it > 0 } ?: 1L
        val step = size.width / values.size.coerceAtLeast(1)
        values.forEachIndexed { index, value ->
            val height = size.height * value / most
            val place = if (isMirrored) values.lastIndex - index else index
            val corner = CornerRadius(step * 0.2f)
            val colour = if (index == values.lastIndex) today else bar
            drawRoundRect(colour, Offset(place * step + step * 0.1f, size.height - height), Size(step * 0.8f, height), corner)
        }
        drawLine(ground, Offset(0f, size.height), Offset(size.width, size.height), strokeWidth = 1.dp.toPx())
    }
}
