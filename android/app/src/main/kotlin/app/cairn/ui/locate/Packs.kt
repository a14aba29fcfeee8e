package app.cairn.ui.locate

import android.text.format.Formatter
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedButton
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.LocalContext
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.unit.dp
import app.cairn.R
import app.cairn.core.PackContent
import app.cairn.core.PackRow
import app.cairn.ui.parts.Ask
import app.cairn.ui.parts.Explanation
import app.cairn.ui.parts.Group
import app.cairn.ui.parts.dateText
import app.cairn.ui.parts.numberText

/** What can be done with region packs. */
class PackActions(val add: () -> Unit, val remove: (PackRow) -> Unit)

/** Files of access points and cells for where the phone has not been itself. */
@Composable
fun Packs(packs: List<PackRow>, actions: PackActions) = Group(stringResource(R.string.packs)) {
    Explanation(stringResource(R.string.packs_explanation))
    packs.forEach { PackLine(it) { actions.remove(it) } }
    OutlinedButton(actions.add) { Text(stringResource(R.string.pack_add)) }
}

@Composable
private fun PackLine(pack: PackRow, remove: () -> Unit) {
    var asking by rememberSaveable { mutableStateOf(false) }
    val name = pack.content?.names?.joinToString()?.ifEmpty { null } ?: stringResource(R.string.pack_nameless)
    Row(Modifier.fillMaxWidth(), Arrangement.spacedBy(16.dp), Alignment.CenterVertically) {
        Column(Modifier.weight(1f)) {
            Text(name, style = MaterialTheme.typography.titleSmall)
            pack.content?.let { Content(it) }
            pack.fault?.let { Text(stringResource(R.string.pack_unused, it), color = MaterialTheme.colorScheme.error) }
        }
        TextButton({ asking = true }) { Text(stringResource(R.string.remove)) }
    }
    if (asking) {
        val title = stringResource(R.string.pack_remove_question, name)
        Ask(title, stringResource(R.string.pack_remove_explanation), stringResource(R.string.remove), remove) { asking = false }
    }
}

@Composable
private fun Content(content: PackContent) {
    val size = Formatter.formatShortFileSize(LocalContext.current, content.bytes.toLong())
    val (stations, cells) = numberText(content.stations.toLong()) to numberText(content.cells.toLong())
    Explanation(stringResource(R.string.pack_content, stations, cells, size))
    Explanation(stringResource(R.string.pack_built, dateText(content.builtDay)))
    (content.sources + content.licences).takeIf { it.isNotEmpty() }?.let { Explanation(it.joinToString(" · ")) }
}
