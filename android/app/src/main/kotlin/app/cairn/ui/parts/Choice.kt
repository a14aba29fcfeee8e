package app.cairn.ui.parts

import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.selection.selectable
import androidx.compose.foundation.selection.selectableGroup
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.AlertDialog
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.RadioButton
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.unit.dp
import app.cairn.R

/** One of several, named in a row; touched, it shows all of them. */
@Composable
fun <T> Choice(title: String, options: List<T>, name: @Composable (T) -> String, chosen: T, choose: (T) -> Unit) {
    var asking by rememberSaveable { mutableStateOf(false) }
    Column(
        Modifier.fillMaxWidth().heightIn(min = 48.dp).clickable(role = Role.Button) { asking = true },
        Arrangement.Center,
    ) {
        Text(title, style = MaterialTheme.typography.bodyMedium, color = MaterialTheme.colorScheme.onSurfaceVariant)
        Text(name(chosen), color = MaterialTheme.colorScheme.primary)
    }
    if (asking) {
        AlertDialog(
            onDismissRequest = { asking = false },
            title = { Text(title) },
            text = {
                Column(Modifier.selectableGroup().verticalScroll(rememberScrollState())) {
                    options.forEach { option ->
                        OptionRow(name(option), option == chosen) {
                            asking = false
                            choose(option)
                        }
                    }
                }
            },
            confirmButton = {},
            dismissButton = { TextButton({ asking = false }) { Text(stringResource(R.string.cancel)) } },
        )
    }
}

@Composable
private fun OptionRow(text: String, isChosen: Boolean, choose: () -> Unit) = Row(
    Modifier.fillMaxWidth().heightIn(min = 48.dp).selectable(isChosen, role = Role.RadioButton, onClick = choose),
    Arrangement.spacedBy(16.dp),
    Alignment.CenterVertically,
) {
    RadioButton(isChosen, null)
    Text(text)
}
