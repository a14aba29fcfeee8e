package app.cairn.ui.data

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.foundation.text.selection.SelectionContainer
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.AlertDialog
import androidx.compose.material3.LinearProgressIndicator
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedTextField
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.clearAndSetSemantics
import androidx.compose.ui.text.TextStyle
import androidx.compose.ui.text.font.FontFamily
import androidx.compose.ui.text.input.KeyboardType
import androidx.compose.ui.text.input.PasswordVisualTransformation
import androidx.compose.ui.text.input.VisualTransformation
import androidx.compose.ui.text.style.TextDirection
import androidx.compose.ui.unit.dp
import app.cairn.R
import app.cairn.core.BackupKey
import app.cairn.ui.parts.Explanation
import app.cairn.ui.parts.SwitchRow

/** A dialog that asks for what an action needs. */
@Composable
fun Question(
    title: String,
    action: String,
    isReady: Boolean,
    confirm: () -> Unit,
    dismiss: () -> Unit,
    content: @Composable () -> Unit,
) = AlertDialog(
    onDismissRequest = dismiss,
    title = { Text(title) },
    text = { Column(Modifier.verticalScroll(rememberScrollState()), Arrangement.spacedBy(12.dp)) { content() } },
    confirmButton = {
        TextButton(
            {
                confirm()
                dismiss()
            },
            enabled = isReady,
        ) { Text(action) }
    },
    dismissButton = { TextButton(dismiss) { Text(stringResource(R.string.cancel)) } },
)

/** A new password as far as it is typed. Never saved: it must not outlive the screen. */
class Fresh {
    var first by mutableStateOf("")
    var second by mutableStateOf("")
    val strength get() = strengthOf(first)
    val isGood get() = strength != PasswordStrength.TOO_SHORT && first == second
}

@Composable
fun rememberFresh() = remember { Fresh() }

@Composable
fun NewPassword(fresh: Fresh, label: String) {
    Secret(fresh.first, label) { fresh.first = it }
    if (fresh.first.isNotEmpty()) Strength(fresh.strength)
    Secret(fresh.second, stringResource(R.string.password_again)) { fresh.second = it }
    if (fresh.second.isNotEmpty() && fresh.first != fresh.second) Explanation(stringResource(R.string.password_differs))
}

@Composable
private fun Strength(strength: PasswordStrength) {
    val (share, text) = when (strength) {
        PasswordStrength.TOO_SHORT -> 0.1f to R.string.password_short
        PasswordStrength.WEAK -> 0.35f to R.string.password_weak
        PasswordStrength.FAIR -> 0.7f to R.string.password_fair
        PasswordStrength.STRONG -> 1f to R.string.password_strong
    }
    LinearProgressIndicator({ share }, Modifier.fillMaxWidth().clearAndSetSemantics {}, drawStopIndicator = {})
    Explanation(stringResource(text))
}

/** What opens a backup, as far as it is typed. */
class Key {
    var text by mutableStateOf("")
    var isCode by mutableStateOf(false)
    val isGiven get() = text.isNotBlank()

    fun read(): BackupKey = if (isCode) BackupKey.Printed(text) else BackupKey.Typed(text)
}

@Composable
fun rememberKey() = remember { Key() }

@Composable
fun KeyFields(key: Key, label: String) {
    if (key.isCode) {
        OutlinedTextField(
            key.text,
            { key.text = it },
            Modifier.fillMaxWidth(),
            label = { Text(stringResource(R.string.recovery_code)) },
            textStyle = MaterialTheme.typography.bodyLarge.copy(fontFamily = FontFamily.Monospace),
        )
    } else {
        Secret(key.text, label) { key.text = it }
    }
    SwitchRow(stringResource(R.string.recovery_use), checked = key.isCode) {
        key.isCode = it
        key.text = ""
    }
}

/** A code to be written down: it is read from left to right in every language, and a line ends between two of its groups. */
@Composable
fun Code(code: String, style: TextStyle) = SelectionContainer {
    // Beside hyphens a line would end anywhere; whoever reads a code passes over either.
    Text(code.replace('-', ' '), style = style.copy(textDirection = TextDirection.Ltr), fontFamily = FontFamily.Monospace)
}

@Composable
fun Secret(text: String, label: String, change: (String) -> Unit) {
    var isShown by remember { mutableStateOf(false) }
    OutlinedTextField(
        text,
        change,
        Modifier.fillMaxWidth(),
        label = { Text(label) },
        singleLine = true,
        visualTransformation = if (isShown) VisualTransformation.None else PasswordVisualTransformation(),
        // No keyboard learns it.
        keyboardOptions = KeyboardOptions(keyboardType = KeyboardType.Password, autoCorrectEnabled = false),
        trailingIcon = {
            TextButton({ isShown = !isShown }) { Text(stringResource(if (isShown) R.string.password_hide else R.string.password_show)) }
        },
    )
}
