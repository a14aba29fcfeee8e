package app.cairn.background

import android.app.Notification
import android.app.NotificationChannel
import android.app.NotificationManager
import android.app.PendingIntent
import android.content.Context
import android.content.Intent
import android.graphics.drawable.Icon
import app.cairn.R
import app.cairn.core.Reached
import app.cairn.ui.MainActivity
import app.cairn.ui.parts.statusText
import app.cairn.ui.parts.tripText
import app.cairn.ui.parts.troubleText

/** The notification of a running collection: what it does, why it waits, what it brought. */
class CollectingNotice(private val context: Context) {
    init {
        val name = context.getString(R.string.notice_channel)
        val channel = NotificationChannel(CHANNEL, name, NotificationManager.IMPORTANCE_LOW)
        context.getSystemService(NotificationManager::class.java).createNotificationChannel(channel)
    }

    fun of(state: CollectingState, trip: Reached?): Notification {
        val resources = context.resources
        val text = state.trouble?.let { troubleText(resources, it) } ?: trip?.let { tripText(resources, it) }
        return Notification.Builder(context, CHANNEL)
            .setSmallIcon(R.drawable.ic_cairn)
            .setContentTitle(statusText(resources, state.status))
            .setContentText(text)
            .setContentIntent(open())
            .setOngoing(true)
            .setOnlyAlertOnce(true)
            .setForegroundServiceBehavior()
            .addAction(stop())
            .build()
    }

    private fun Notification.Builder.setForegroundServiceBehavior() = apply {
        if (android.os.Build.VERSION.SDK_INT >= android.os.Build.VERSION_CODES.S) {
            setForegroundServiceBehavior(Notification.FOREGROUND_SERVICE_IMMEDIATE)
        }
    }

    private fun open() = PendingIntent.getActivity(
        context,
        0,
        Intent(context, MainActivity::class.java),
        PendingIntent.FLAG_IMMUTABLE,
    )

    private fun stop(): Notification.Action {
        val intent = PendingIntent.getService(context, 1, StumbleService.stopIntent(context), PendingIntent.FLAG_IMMUTABLE)
        val icon = Icon.createWithResource(context, R.drawable.ic_stop)
        return Notification.Action.Builder(icon, context.getString(R.string.stop), intent).build()
    }

    companion object {
        const val ID = 1
        private const val CHANNEL = "collecting"
    }
}
