package app.cairn.ui.help

import android.content.Context
import android.provider.Settings
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedButton
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.platform.LocalContext
import androidx.compose.ui.res.stringResource
import androidx.lifecycle.Lifecycle
import androidx.lifecycle.compose.LifecycleEventEffect
import androidx.lifecycle.compose.collectAsStateWithLifecycle
import app.cairn.R
import app.cairn.cairn
import app.cairn.collect.Obstacle
import app.cairn.collect.obstacles
import app.cairn.ui.parts.Explanation
import app.cairn.ui.parts.Group
import app.cairn.ui.parts.Page
import app.cairn.ui.parts.Permissions
import app.cairn.ui.parts.openSystemPage
import app.cairn.ui.parts.rememberPermissions
import app.cairn.ui.parts.statusText

/** What is said of an obstacle. */
private enum class Words(val title: Int, val explanation: Int, val remedy: Int) {
    LOCATION_PERMISSION(R.string.obstacle_location_permission, R.string.obstacle_location_permission_why, R.string.permit),
    LOCATION_OFF(R.string.obstacle_location_off, R.string.obstacle_location_off_why, R.string.open_settings),
    WIFI_OFF(R.string.obstacle_wifi_off, R.string.obstacle_wifi_off_why, R.string.open_settings),
    BLUETOOTH_PERMISSION(R.string.obstacle_bluetooth, R.string.obstacle_bluetooth_why, R.string.permit),
    NOTIFICATIONS(R.string.obstacle_notifications, R.string.obstacle_notifications_why, R.string.permit),
    BACKGROUND(R.string.obstacle_background, R.string.obstacle_background_why, R.string.permit),
    OPTIMISER(R.string.obstacle_optimiser, R.string.obstacle_optimiser_why, R.string.open_settings),
    POWER_SAVE(R.string.obstacle_power_save, R.string.obstacle_power_save_why, R.string.open_settings),
    THROTTLING(R.string.obstacle_throttling, R.string.obstacle_throttling_why, R.string.open_settings),
}

@Composable
fun HelpRoute(back: () -> Unit) {
    val context = LocalContext.current
    val choices by context.cairn.settings.choices.collectAsStateWithLifecycle(null)
    val collecting by context.cairn.collecting.state.collectAsStateWithLifecycle()
    var looked by remember { mutableStateOf(0) }
    val permissions = rememberPermissions { looked++ }
    // The user comes back from the system's settings.
    LifecycleEventEffect(Lifecycle.Event.ON_RESUME) { looked++ }
    val found = remember(looked, choices) { obstacles(context, choices?.wifiUnthrottled == true) }
    HelpScreen(statusText(context.resources, collecting.status), found, back) { mend(context, permissions, it) }
}

@Composable
fun HelpScreen(
    status: String,
    found: Set<Obstacle>,
    back: () -> Unit,
    mend: (Obstacle) -> Unit,
) = Page(stringResource(R.string.help), back) {
    Group(colour = MaterialTheme.colorScheme.primaryContainer) { Text(status, style = MaterialTheme.typography.titleMedium) }
    if (found.isEmpty()) Text(stringResource(R.string.no_obstacle))
    Obstacle.entries.filter { it in found }.forEach { obstacle ->
        val words = Words.valueOf(obstacle.name)
        Group(stringResource(words.title)) {
            Explanation(stringResource(words.explanation))
            OutlinedButton({ mend(obstacle) }) { Text(stringResource(words.remedy)) }
        }
    }
}

private fun mend(context: Context, permissions: Permissions, obstacle: Obstacle) {
    val page = when (obstacle) {
        Obstacle.LOCATION_PERMISSION -> return permissions.askForLocation()
        Obstacle.BLUETOOTH_PERMISSION -> return permissions.askForBluetooth()
        Obstacle.NOTIFICATIONS -> return permissions.askForNotifications()
        Obstacle.BACKGROUND -> return permissions.askForBackground()
        Obstacle.LOCATION_OFF -> Settings.ACTION_LOCATION_SOURCE_SETTINGS
        Obstacle.WIFI_OFF -> Settings.ACTION_WIFI_SETTINGS
        Obstacle.OPTIMISER -> Settings.ACTION_IGNORE_BATTERY_OPTIMIZATION_SETTINGS
        Obstacle.POWER_SAVE -> Settings.ACTION_BATTERY_SAVER_SETTINGS
        Obstacle.THROTTLING -> Settings.ACTION_APPLICATION_DEVELOPMENT_SETTINGS
    }
    context.openSystemPage(page)
}
