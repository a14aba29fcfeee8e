package app.cairn.ui.parts

import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.material3.LocalTextStyle
import androidx.compose.material3.OutlinedTextField
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.saveable.listSaver
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.text.input.KeyboardType
import androidx.compose.ui.text.style.TextDirection
import app.cairn.R

/** The address of a service, as far as it is typed. */
class Address(url: String, allowHttp: Boolean) {
    var url by mutableStateOf(url)
    var isHttpAllowed by mutableStateOf(allowHttp)
    val isHttp get() = url.startsWith("http://")
    val allowHttp get() = isHttp && isHttpAllowed

    /** Without encryption only where the user says that this is meant. */
    val isPossible get() = url.substringAfter("://", "").isNotEmpty() && (!isHttp || isHttpAllowed)

    companion object {
        val Saver = listSaver<Address, Any>({ listOf(it.url, it.isHttpAllowed) }, { Address(it[0] as String, it[1] as Boolean) })
    }
}

@Composable
fun rememberAddress(url: String = "https://", allowHttp: Boolean = false): Address =
    rememberSaveable(saver = Address.Saver) { Address(url, allowHttp) }

@Composable
fun AddressField(address: Address) {
    OutlinedTextField(
        address.url,
        { address.url = it.trim() },
        Modifier.fillMaxWidth(),
        label = { Text(stringResource(R.string.service_url)) },
        textStyle = LocalTextStyle.current.copy(textDirection = TextDirection.Ltr),
        singleLine = true,
        keyboardOptions = KeyboardOptions(keyboardType = KeyboardType.Uri),
    )
    if (address.isHttp) SwitchRow(stringResource(R.string.allow_http), checked = address.isHttpAllowed) { address.isHttpAllowed = it }
}
