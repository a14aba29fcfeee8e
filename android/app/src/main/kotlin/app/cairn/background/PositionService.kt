package app.cairn.background

import android.Manifest.permission.ACCESS_FINE_LOCATION
import android.app.Notification
import android.app.NotificationChannel
import android.app.NotificationManager
import android.app.PendingIntent
import android.app.Service
import android.content.Context
import android.content.Intent
import android.content.pm.PackageManager.PERMISSION_GRANTED
import android.content.pm.ServiceInfo.FOREGROUND_SERVICE_TYPE_LOCATION
import android.graphics.drawable.Icon
import android.os.IBinder
import app.cairn.R
import app.cairn.cairn
import app.cairn.collect.MockProvider
import app.cairn.core.CoreException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch

/** Whether other apps are told the estimate as Android's network position. */
enum class Telling {
    OFF,
    ON,

    /** Cairn is not the app that the user has chosen for mock locations. */
    NOT_CHOSEN,
}

/** Tells every app the estimate as a mock location, from when the user turns it on until they turn it off. */
class PositionService : Service() {
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Main.immediate)
    private val provider by lazy { MockProvider(this) }

    override fun onBind(intent: Intent?): IBinder? = null

    override fun onStartCommand(intent: Intent?, flags: Int, startId: Int): Int {
        if (intent?.action == ACTION_STOP || checkSelfPermission(ACCESS_FINE_LOCATION) != PERMISSION_GRANTED) {
            stopSelf()
            return START_NOT_STICKY
        }
        startForeground(ID, notice(), FOREGROUND_SERVICE_TYPE_LOCATION)
        when {
            cairn.telling.value == Telling.ON -> Unit
            provider.start() -> {
                cairn.telling.value = Telling.ON
                scope.launch { tell() }
            }
            else -> {
                cairn.telling.value = Telling.NOT_CHOSEN
                stopSelf()
            }
        }
        return START_NOT_STICKY
    }

    private suspend fun tell() {
        while (true) {
            try {
                // Where too little is known nothing is told: an old position would be a wrong one.
                cairn.core.locate(Listener(cairn).listen())?.let(provider::publish)
            } catch (_: CoreException) {
                // The next question may be answered; the screens tell the core's troubles.
            } catch (_: SecurityException) {
                cairn.telling.value = Telling.NOT_CHOSEN
                stopSelf()
                return
            }
            delay(EVERY_MS)
        }
    }

    override fun onDestroy() {
        scope.cancel()
        if (cairn.telling.value == Telling.ON) {
            provider.stop()
            cairn.telling.value = Telling.OFF
        }
    }

    private fun notice(): Notification {
        val channel = NotificationChannel(CHANNEL, getString(R.string.telling_channel), NotificationManager.IMPORTANCE_LOW)
        getSystemService(NotificationManager::class.java).createNotificationChannel(channel)
        val stop = PendingIntent.getService(this, ID, intent(this).setAction(ACTION_STOP), PendingIntent.FLAG_IMMUTABLE)
        val icon = Icon.createWithResource(this, R.drawable.ic_stop)
        return Notification.Builder(this, CHANNEL)
            .setSmallIcon(R.drawable.ic_locate)
            .setContentTitle(getString(R.string.telling_notice))
            .setOngoing(true)
            .addAction(Notification.Action.Builder(icon, getString(R.string.stop), stop).build())
            .build()
    }

    companion object {
        private const val ID = 2
        private const val CHANNEL = "position"
        private const val ACTION_STOP = "app.cairn.STOP_TELLING"

        /** Four scans in two minutes are all that Android allows an app. */
        private const val EVERY_MS = 30_000L

        fun start(context: Context) = context.startForegroundService(intent(context))

        fun stop(context: Context) = context.stopService(intent(context))

        private fun intent(context: Context) = Intent(context, PositionService::class.java)
    }
}
