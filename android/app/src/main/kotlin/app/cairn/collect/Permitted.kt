package app.cairn.collect

import android.Manifest.permission.ACCESS_BACKGROUND_LOCATION
import android.Manifest.permission.ACCESS_FINE_LOCATION
import android.content.Context
import android.content.pm.PackageManager.PERMISSION_GRANTED

/** Whether the phone's position may be known while the app is seen or says that it runs. */
fun Context.mayLocate(): Boolean = checkSelfPermission(ACCESS_FINE_LOCATION) == PERMISSION_GRANTED

/** Whether that may begin while the app is not seen. */
fun Context.mayLocateUnseen(): Boolean = mayLocate() && checkSelfPermission(ACCESS_BACKGROUND_LOCATION) == PERMISSION_GRANTED
