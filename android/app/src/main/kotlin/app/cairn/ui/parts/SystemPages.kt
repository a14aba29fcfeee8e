package app.cairn.ui.parts

import android.content.ActivityNotFoundException
import android.content.Context
import android.content.Intent
import android.net.Uri
import android.provider.Settings

/** Opens a page of the system's settings; the app's own page where the phone does not have it. */
fun Context.openSystemPage(action: String) = try {
    startActivity(Intent(action))
} catch (_: ActivityNotFoundException) {
    openAppPage()
}

/** The app's own page in the system's settings, where permissions can be given. */
fun Context.openAppPage() =
    startActivity(Intent(Settings.ACTION_APPLICATION_DETAILS_SETTINGS, Uri.fromParts("package", packageName, null)))

fun Context.openDeveloperOptions() = openSystemPage(Settings.ACTION_APPLICATION_DEVELOPMENT_SETTINGS)
