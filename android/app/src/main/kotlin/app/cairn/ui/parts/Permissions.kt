package app.cairn.ui.parts

import android.Manifest.permission.ACCESS_BACKGROUND_LOCATION
import android.Manifest.permission.ACCESS_COARSE_LOCATION
import android.Manifest.permission.ACCESS_FINE_LOCATION
import android.Manifest.permission.BLUETOOTH_SCAN
import android.Manifest.permission.POST_NOTIFICATIONS
import android.os.Build
import android.os.SystemClock
import androidx.activity.compose.ManagedActivityResultLauncher
import androidx.activity.compose.rememberLauncherForActivityResult
import androidx.activity.result.contract.ActivityResultContracts.RequestMultiplePermissions
import androidx.compose.runtime.Composable
import androidx.compose.runtime.remember
import androidx.compose.ui.platform.LocalContext

/** Asks for permissions; a refusal leaves the app working without what needs them. */
class Permissions {
    internal lateinit var launcher: ManagedActivityResultLauncher<Array<String>, Map<String, Boolean>>
    private var askedAt = 0L

    fun askForLocation() = ask(arrayOf(ACCESS_FINE_LOCATION, ACCESS_COARSE_LOCATION))

    fun askForBluetooth() = ask(Build.VERSION_CODES.S, BLUETOOTH_SCAN)

    fun askForNotifications() = ask(Build.VERSION_CODES.TIRAMISU, POST_NOTIFICATIONS)

    /** Only needed to come back after a reboot: Android asks for it apart, in its own settings. */
    fun askForBackground() = ask(arrayOf(ACCESS_BACKGROUND_LOCATION))

    private fun ask(since: Int, permission: String) {
        if (Build.VERSION.SDK_INT >= since) ask(arrayOf(permission))
    }

    private fun ask(permissions: Array<String>) {
        askedAt = SystemClock.elapsedRealtime()
        launcher.launch(permissions)
    }

    /** After two refusals Android asks no more and answers by itself: then only its settings help. */
    internal fun wasNotAsked(answer: Map<String, Boolean>) =
        answer.isNotEmpty() && answer.values.none { it } && SystemClock.elapsedRealtime() - askedAt < QUICKER_THAN_ANYBODY_MS

    private companion object {
        const val QUICKER_THAN_ANYBODY_MS = 350L
    }
}

/** [answered] is called whatever the user chose. */
@Composable
fun rememberPermissions(answered: () -> Unit): Permissions {
    val context = LocalContext.current
    val permissions = remember { Permissions() }
    permissions.launcher = rememberLauncherForActivityResult(RequestMultiplePermissions()) { answer ->
        if (permissions.wasNotAsked(answer)) context.openAppPage()
        answered()
    }
    return permissions
}
