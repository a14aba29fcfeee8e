package app.cairn.ui.parts

import android.Manifest.permission.ACCESS_BACKGROUND_LOCATION
import android.Manifest.permission.ACCESS_COARSE_LOCATION
import android.Manifest.permission.ACCESS_FINE_LOCATION
import android.Manifest.permission.BLUETOOTH_SCAN
import android.Manifest.permission.POST_NOTIFICATIONS
import android.content.Context
import android.content.pm.PackageManager.PERMISSION_GRANTED
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

    companion object {
        fun hasLocation(context: Context) = context.has(ACCESS_FINE_LOCATION)

        fun hasBackground(context: Context) = context.has(ACCESS_BACKGROUND_LOCATION)

        fun hasBluetooth(context: Context) =
            if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.S) context.has(BLUETOOTH_SCAN) else hasLocation(context)

        fun hasNotifications(context: Context) =
            Build.VERSION.SDK_INT < Build.VERSION_CODES.TIRAMISU || context.has(POST_NOTIFICATIONS)

        private fun Context.has(permission: String) = checkSelfPermission(permission) == PERMISSION_GRANTED
    }
}

/** [answered] is called whatever the user chose. */
@Composable
fun rememberPermissions(answered: () -> Unit): Permissions {
    val launcher = rememberLauncherForActivityResult(RequestMultiplePermissions()) { answered() }
    return remember(launcher) { Permissions(launcher) }
}
