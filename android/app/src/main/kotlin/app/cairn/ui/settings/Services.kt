package app.cairn.ui.settings

import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.AlertDialog
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedButton
import androidx.compose.material3.OutlinedTextField
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.stringResource
import app.cairn.R
import app.cairn.core.OutboxRow
import app.cairn.core.ServiceChoice
import app.cairn.data.hostOf
import app.cairn.data.serviceAt
import app.cairn.ui.parts.AddressField
import app.cairn.ui.parts.Ask
import app.cairn.ui.parts.Explanation
import app.cairn.ui.parts.Group
import app.cairn.ui.parts.SwitchRow
import app.cairn.ui.parts.rememberAddress

/** Where reports go, and on which terms. */
@Composable
fun Services(services: List<OutboxRow>, actions: SettingsActions) {
    services.forEach { ServiceGroup(it, actions) }
    Group(stringResource(R.string.services)) {
        var adding by rememberSaveable { mutableStateOf(false) }
        Explanation(stringResource(R.string.services_explanation))
        OutlinedButton({ adding = true }) { Text(stringResource(R.string.add_service)) }
        if (adding) AddService(actions::addService) { adding = false }
    }
}

@Composable
private fun ServiceGroup(row: OutboxRow, actions: SettingsActions) = Group(hostOf(row.choice.url)) {
    val choice = row.choice
    val set = { changed: ServiceChoice -> actions.setService(row.id, changed) }
    SwitchRow(stringResource(R.string.service_enabled), checked = choice.enabled) { set(choice.copy(enabled = it)) }
    SwitchRow(stringResource(R.string.unmetered_only), checked = choice.unmeteredOnly) { set(choice.copy(unmeteredOnly = it)) }
    SwitchRow(stringResource(R.string.charging_only), checked = choice.chargingOnly) { set(choice.copy(chargingOnly = it)) }
    SwitchRow(stringResource(R.string.roaming), checked = choice.roaming) { set(choice.copy(roaming = it)) }
    SwitchRow(stringResource(R.string.full_metadata), stringResource(R.string.full_metadata_explanation), choice.fullMetadata) {
        set(choice.copy(fullMetadata = it))
    }
    if (choice.allowHttp) Text(stringResource(R.string.http_allowed), color = MaterialTheme.colorScheme.error)
    var asking by rememberSaveable { mutableStateOf(false) }
    TextButton({ asking = true }) { Text(stringResource(R.string.remove_service)) }
    if (asking) {
        val title = stringResource(R.string.remove_service_question, hostOf(choice.url))
        val text = stringResource(R.string.remove_service_explanation)
        Ask(title, text, stringResource(R.string.remove), { actions.removeService(row.id) }) { asking = false }
    }
}

@Composable
private fun AddService(add: (ServiceChoice) -> Unit, dismiss: () -> Unit) {
    val address = rememberAddress()
    var key by rememberSaveable { mutableStateOf("") }
    AlertDialog(
        onDismissRequest = dismiss,
        title = { Text(stringResource(R.string.add_service)) },
        text = {
            Column(Modifier.verticalScroll(rememberScrollState())) {
                AddressField(address)
                OutlinedTextField(
                    key,
                    { key = it.trim() },
                    Modifier.fillMaxWidth(),
                    label = { Text(stringResource(R.string.service_key)) },
                    singleLine = true,
                )
            }
        },
        confirmButton = {
            TextButton(
                {
                    dismiss()
                    add(serviceAt(address.url).copy(key = key.ifEmpty { null }, allowHttp = address.allowHttp))
                },
                enabled = address.isPossible,
            ) { Text(stringResource(R.string.add)) }
        },
        dismissButton = { TextButton(dismiss) { Text(stringResource(R.string.cancel)) } },
    )
}
