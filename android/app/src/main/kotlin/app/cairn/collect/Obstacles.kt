package app.cairn.collect

import android.Manifest.permission.ACCESS_BACKGROUND_LOCATION
import android.Manifest.permission.ACCESS_FINE_LOCATION
import android.Manifest.permission.BLUETOOTH_SCAN
import android.Manifest.permission.POST_NOTIFICATIONS
import android.content.Context
import android.content.pm.PackageManager.PERMISSION_GRANTED
import android.location.LocationManager
import android.net.wifi.WifiManager
import android.os.Build
import android.os.PowerManager

/** Something that can keep the app from collecting; the gravest first. */
enum class Obstacle {
    LOCATION_PERMISSION,
    LOCATION_OFF,
    WIFI_OFF,
    BLUETOOTH_PERMISSION,
    NOTIFICATIONS,
    BACKGROUND,
    OPTIMISER,
    POWER_SAVE,
    THROTTLING,
}

/** What stands in the way now. */
fun obstacles(context: Context, wifiUnthrottled: Boolean): Set<Obstacle> {
    fun may(permission: String, since: Int = 0) =
        Build.VERSION.SDK_INT < since || context.checkSelfPermission(permission) == PERMISSION_GRANTED
    val power = context.getSystemService(PowerManager::class.java)
    val isLocated = may(ACCESS_FINE_LOCATION)
    val found = mapOf(
        Obstacle.LOCATION_PERMISSION to !isLocated,
        Obstacle.LOCATION_OFF to
            !context.getSystemService(LocationManager::class.java).isProviderEnabled(LocationManager.GPS_PROVIDER),
        Obstacle.WIFI_OFF to !context.getSystemService(WifiManager::class.java).isWifiEnabled,
        Obstacle.BLUETOOTH_PERMISSION to !may(BLUETOOTH_SCAN, Build.VERSION_CODES.S),
        Obstacle.NOTIFICATIONS to !may(POST_NOTIFICATIONS, Build.VERSION_CODES.TIRAMISU),
        Obstacle.BACKGROUND to (isLocated && !may(ACCESS_BACKGROUND_LOCATION)),
        Obstacle.OPTIMISER to !power.isIgnoringBatteryOptimizations(context.packageName),
        Obstacle.POWER_SAVE to power.isPowerSaveMode,
        Obstacle.THROTTLING to !wifiUnthrottled,
    )
    return found.filterValues { it }.keys
}
