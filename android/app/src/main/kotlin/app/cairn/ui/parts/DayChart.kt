package app.cairn.ui.parts

import androidx.compose.foundation.Canvas
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.height
import androidx.compose.material3.LocalContentColor
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.geometry.CornerRadius
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.geometry.Size
import androidx.compose.ui.graphics.PathEffect
import androidx.compose.ui.platform.LocalLayoutDirection
import androidx.compose.ui.semantics.clearAndSetSemantics
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.unit.LayoutDirection
import androidx.compose.ui.unit.dp

/**
 * One bar a day, the last one stands out; [first] and [last] say from when to when, and the most points stand at their line.
 * [description] says the same to those who cannot see it.
 */
@Composable
fun DayChart(values: List<Long>, first: String, last: String, description: String) {
    val most = values.maxOrNull()?.takeIf { it > 0 } ?: return
    Column(Modifier.fillMaxWidth().clearAndSetSemantics { contentDescription = description }, Arrangement.spacedBy(4.dp)) {
        Text(numberText(most), style = MaterialTheme.typography.labelMedium)
        Bars(values, most)
        Row(Modifier.fillMaxWidth(), Arrangement.SpaceBetween) {
            Text(first, style = MaterialTheme.typography.labelMedium)
            Text(last, style = MaterialTheme.typography.labelMedium)
        }
    }
}

@Composable
private fun Bars(values: List<Long>, most: Long) {
    val bar = MaterialTheme.colorScheme.primary
    val today = MaterialTheme.colorScheme.tertiary
    val line = LocalContentColor.current.copy(alpha = 0.4f)
    val isMirrored = LocalLayoutDirection.current == LayoutDirection.Rtl
    Canvas(Modifier.fillMaxWidth().height(96.dp)) {
        val step = size.width / values.size
        val dashes = PathEffect.dashPathEffect(floatArrayOf(4.dp.toPx(), 4.dp.toPx()))
        drawLine(line, Offset.Zero, Offset(size.width, 0f), 1.dp.toPx(), pathEffect = dashes)
        values.forEachIndexed { index, value ->
            val height = size.height * value / most
            val place = if (isMirrored) values.lastIndex - index else index
            val colour = if (index == values.lastIndex) today else bar
            val corner = CornerRadius(step * 0.2f)
            drawRoundRect(colour, Offset(place * step + step * 0.12f, size.height - height), Size(step * 0.76f, height), corner)
        }
        drawLine(line, Offset(0f, size.height), Offset(size.width, size.height), 1.dp.toPx())
    }
}
