package app.cairn.ui.parts

import android.Manifest.permission.ACCESS_BACKGROUND_LOCATION
import android.Manifest.permission.ACCESS_COARSE_LOCATION
import android.Manifest.permission.ACCESS_FINE_LOCATION
import android.Manifest.permission.BLUETOOTH_SCAN
import android.Manifest.permission.POST_NOTIFICATIONS
import android.os.Build
import androidx.activity.compose.ManagedActivityResultLauncher
import androidx.activity.compose.rememberLauncherForActivityResult
import androidx.activity.result.contract.ActivityResultContracts.RequestMultiplePermissions
import androidx.compose.runtime.Composable
import androidx.compose.runtime.remember

/** Asks for permissions; a refusal leaves the app working without what needs them. */
class Permissions(private val launcher: ManagedActivityResultLauncher<Array<String>, Map<String, Boolean>>) {
    fun askForLocation() = launcher.launch(arrayOf(ACCESS_FINE_LOCATION, ACCESS_COARSE_LOCATION))

    fun askForBluetooth() = ask(Build.VERSION_CODES.S, BLUETOOTH_SCAN)

    fun askForNotifications() = ask(Build.VERSION_CODES.TIRAMISU, POST_NOTIFICATIONS)

    /** Only needed to come back after a reboot: Android asks for it apart, in its own settings. */
    fun askForBackground() = launcher.launch(arrayOf(ACCESS_BACKGROUND_LOCATION))

    private fun ask(since: Int, permission: String) {
        if (Build.VERSION.SDK_INT >= since) launcher.launch(arrayOf(permission))
    }
}

/** [answered] is called whatever the user chose. */
@Composable
fun rememberPermissions(answered: () -> Unit): Permissions {
    val launcher = rememberLauncherForActivityResult(RequestMultiplePermissions()) { answered() }
    return remember(launcher) { Permissions(launcher) }
}
