package app.cairn.background

import android.app.Notification
import android.app.NotificationChannel
import android.app.NotificationManager
import android.app.PendingIntent
import android.content.Context
import android.content.Intent
import android.graphics.drawable.Icon
import app.cairn.R
import app.cairn.core.CollectingStatus
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
            .apply { if (state.status !is CollectingStatus.Draining) addAction(if (state.isResting) resume() else pause()) }
            .addAction(stop())
            .build()
    }

    /** Collecting should go on and may not by itself: a tap is all it takes. */
    fun offerToGoOn() {
        val offer = Notification.Builder(context, CHANNEL)
            .setSmallIcon(R.drawable.ic_cairn)
            .setContentTitle(context.getString(R.string.go_on_offer))
            .setContentText(context.getString(R.string.go_on_offer_why))
            .setContentIntent(open(MainActivity.startIntent(context)))
            .setAutoCancel(true)
            .build()
        context.getSystemService(NotificationManager::class.java).notify(OFFER_ID, offer)
    }

    private fun Notification.Builder.setForegroundServiceBehavior() = apply {
        if (android.os.Build.VERSION.SDK_INT >= android.os.Build.VERSION_CODES.S) {
            setForegroundServiceBehavior(Notification.FOREGROUND_SERVICE_IMMEDIATE)
        }
    }

    private fun open(intent: Intent = Intent(context, MainActivity::class.java)) =
        PendingIntent.getActivity(context, 0, intent, PendingIntent.FLAG_IMMUTABLE)

    private fun stop() = action(1, StumbleService.stopIntent(context), R.drawable.ic_stop, R.string.stop)

    private fun pause() = action(2, StumbleService.pauseIntent(context), R.drawable.ic_pause, R.string.pause)

    private fun resume() = action(3, StumbleService.startIntent(context), R.drawable.ic_start, R.string.resume)

    private fun action(request: Int, intent: Intent, icon: Int, text: Int): Notification.Action {
        val pending = PendingIntent.getService(context, request, intent, PendingIntent.FLAG_IMMUTABLE)
        return Notification.Action.Builder(Icon.createWithResource(context, icon), context.getString(text), pending).build()
    }

    companion object {
        const val ID = 1
        const val OFFER_ID = 3
        private const val CHANNEL = "collecting"
    }
}
