package app.cairn.ui.parts

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.selection.toggleable
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.AlertDialog
import androidx.compose.material3.Card
import androidx.compose.material3.CardDefaults
import androidx.compose.material3.ExperimentalMaterial3Api
import androidx.compose.material3.Icon
import androidx.compose.material3.IconButton
import androidx.compose.material3.LinearProgressIndicator
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedButton
import androidx.compose.material3.Scaffold
import androidx.compose.material3.Switch
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.material3.TopAppBar
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.res.painterResource
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import app.cairn.R

/** A screen with a title, and a way back where it was opened from another one. */
@OptIn(ExperimentalMaterial3Api::class)
@Composable
fun Page(title: String, back: (() -> Unit)? = null, content: @Composable ColumnScope.() -> Unit) {
    Scaffold(
        topBar = {
            TopAppBar(
                title = { Text(title, Modifier.semantics { heading() }) },
                navigationIcon = { back?.let { BackButton(it) } },
            )
        },
    ) { padding ->
        Column(
            Modifier.fillMaxSize().padding(padding).verticalScroll(rememberScrollState()).padding(horizontal = 16.dp, vertical = 8.dp),
            Arrangement.spacedBy(16.dp),
            content = content,
        )
    }
}

@Composable
private fun BackButton(back: () -> Unit) {
    IconButton(back) { Icon(painterResource(R.drawable.ic_back), stringResource(R.string.back)) }
}

/** A group of things that belong together. */
@Composable
fun Group(title: String? = null, colour: Color = MaterialTheme.colorScheme.surfaceContainer, content: @Composable ColumnScope.() -> Unit) {
    Card(Modifier.fillMaxWidth(), colors = CardDefaults.cardColors(containerColor = colour)) {
        Column(Modifier.padding(16.dp), Arrangement.spacedBy(8.dp)) {
            title?.let { Text(it, Modifier.semantics { heading() }, style = MaterialTheme.typography.titleMedium) }
            content()
        }
    }
}

/** A number with what it counts below it. */
@Composable
fun Figure(value: String, what: String, modifier: Modifier = Modifier) {
    Column(modifier.semantics(mergeDescendants = true) {}) {
        Text(value, style = MaterialTheme.typography.headlineSmall)
        Text(what, style = MaterialTheme.typography.bodyMedium, color = MaterialTheme.colorScheme.onSurfaceVariant)
    }
}

/** Figures in columns of the same width: three, or two where the letters are large. */
@Composable
fun Figures(figures: List<Pair<String, String>>) {
    val columns = if (LocalDensity.current.fontScale > LARGE_LETTERS) 2 else 3
    Column(verticalArrangement = Arrangement.spacedBy(12.dp)) {
        figures.chunked(columns).forEach { row ->
            Row(horizontalArrangement = Arrangement.spacedBy(12.dp)) {
                row.forEach { (value, what) -> Figure(value, what, Modifier.weight(1f)) }
                repeat(columns - row.size) { Spacer(Modifier.weight(1f)) }
            }
        }
    }
}

private const val LARGE_LETTERS = 1.3f

/** What is said under something for those who want to know more. */
@Composable
fun Explanation(text: String, modifier: Modifier = Modifier) =
    Text(text, modifier, style = MaterialTheme.typography.bodyMedium, color = MaterialTheme.colorScheme.onSurfaceVariant)

/** Text at one end, text at the other: neither takes more than half where both are long. Large letters have a line each. */
@Composable
fun Line(first: String, second: String) {
    if (LocalDensity.current.fontScale > LARGE_LETTERS) {
        Column(Modifier.fillMaxWidth().semantics(mergeDescendants = true) {}) {
            Text(first, color = MaterialTheme.colorScheme.onSurfaceVariant)
            Text(second)
        }
        return
    }
    Row(Modifier.fillMaxWidth().semantics(mergeDescendants = true) {}, Arrangement.spacedBy(16.dp)) {
        Text(first, Modifier.weight(1f), color = MaterialTheme.colorScheme.onSurfaceVariant)
        Text(second, Modifier.weight(1f), textAlign = TextAlign.End)
    }
}

/** A switch whose whole row can be touched. */
@Composable
fun SwitchRow(text: String, explanation: String? = null, checked: Boolean, enabled: Boolean = true, change: (Boolean) -> Unit) {
    Row(
        Modifier.fillMaxWidth().heightIn(min = 48.dp).toggleable(checked, enabled, Role.Switch, onValueChange = change),
        Arrangement.spacedBy(16.dp),
        Alignment.CenterVertically,
    ) {
        Column(Modifier.weight(1f)) {
            Text(text)
            explanation?.let { Explanation(it) }
        }
        Switch(checked, null, enabled = enabled)
    }
}

/** Nothing here yet, and what makes something be here. */
@Composable
fun Emptiness(text: String, action: String? = null, act: () -> Unit = {}) {
    Column(Modifier.fillMaxWidth().padding(vertical = 48.dp), Arrangement.spacedBy(16.dp), Alignment.CenterHorizontally) {
        Icon(painterResource(R.drawable.ic_cairn), null, Modifier.size(64.dp), MaterialTheme.colorScheme.primary)
        Text(text, textAlign = TextAlign.Center)
        action?.let { OutlinedButton(act) { Text(it) } }
    }
}

/** Something that takes its time, with the way to stop it. */
@Composable
fun Progress(what: String, share: Float?, cancel: () -> Unit) {
    Column(Modifier.fillMaxWidth(), Arrangement.spacedBy(8.dp)) {
        Text(what)
        if (share == null) {
            LinearProgressIndicator(Modifier.fillMaxWidth())
        } else {
            LinearProgressIndicator({ share }, Modifier.fillMaxWidth())
        }
        TextButton(cancel) { Text(stringResource(R.string.cancel)) }
    }
}

/** Asks before something that cannot be undone. */
@Composable
fun Ask(title: String, text: String, action: String, confirm: () -> Unit, dismiss: () -> Unit) {
    AlertDialog(
        onDismissRequest = dismiss,
        title = { Text(title) },
        text = { Text(text) },
        confirmButton = {
            TextButton({
                dismiss()
                confirm()
            }) { Text(action, color = MaterialTheme.colorScheme.error) }
        },
        dismissButton = { TextButton(dismiss) { Text(stringResource(R.string.cancel)) } },
    )
}

/** Something went wrong, in words. */
@Composable
fun TroubleGroup(text: String) = Group(colour = MaterialTheme.colorScheme.errorContainer) {
    Text(text, color = MaterialTheme.colorScheme.onErrorContainer)
}
