package app.cairn.background

import android.app.PendingIntent
import android.appwidget.AppWidgetManager
import android.appwidget.AppWidgetProvider
import android.content.ComponentName
import android.content.Context
import android.content.Intent
import android.widget.RemoteViews
import app.cairn.R
import app.cairn.cairn
import app.cairn.collect.mayLocate
import app.cairn.core.CollectingStatus
import app.cairn.core.CoreException
import app.cairn.core.Reached
import app.cairn.ui.MainActivity
import app.cairn.ui.parts.statusText
import app.cairn.ui.parts.tripText
import java.time.LocalDate

/** Start, stop and today's score on the home screen. */
class StumbleWidget : AppWidgetProvider() {
    override fun onUpdate(context: Context, manager: AppWidgetManager, ids: IntArray) = later { refresh(context) }

    companion object {
        /** Draws every widget anew; nothing is asked where there is none. */
        suspend fun refresh(context: Context) {
            val manager = AppWidgetManager.getInstance(context) ?: return
            val ids = manager.getAppWidgetIds(ComponentName(context, StumbleWidget::class.java))
            if (ids.isEmpty()) return
            // Before the user has agreed there is nothing to tell, and the database need not be made.
            val today = if (context.cairn.settings.now().consented) today(context) else null
            manager.updateAppWidget(ids, views(context, context.cairn.collecting.state.value.status, today))
        }

        fun views(context: Context, status: CollectingStatus, today: Reached?) =
            RemoteViews(context.packageName, R.layout.widget).apply {
                val isStopped = status == CollectingStatus.Stopped
                setTextViewText(R.id.widget_status, statusText(context.resources, status))
                setTextViewText(
                    R.id.widget_today,
                    today?.let { tripText(context.resources, it) } ?: context.getString(R.string.widget_nothing),
                )
                setImageViewResource(R.id.widget_button, if (isStopped) R.drawable.ic_start else R.drawable.ic_stop)
                setContentDescription(R.id.widget_button, context.getString(if (isStopped) R.string.start else R.string.stop))
                setOnClickPendingIntent(R.id.widget_button, if (isStopped) start(context) else stop(context))
                setOnClickPendingIntent(R.id.widget, open(context))
            }

        /** Null where nothing was collected today, or the core is in trouble, which the app tells by itself. */
        private suspend fun today(context: Context): Reached? = try {
            val today = LocalDate.now()
            context.cairn.core.days(today, today).firstOrNull()?.reached
        } catch (_: CoreException) {
            null
        }

        private fun start(context: Context): PendingIntent =
            // Without the permission the app has to ask for it first.
            if (context.mayLocate()) {
                PendingIntent.getForegroundService(context, START, StumbleService.startIntent(context), PendingIntent.FLAG_IMMUTABLE)
            } else {
                PendingIntent.getActivity(context, START, MainActivity.startIntent(context), PendingIntent.FLAG_IMMUTABLE)
            }

        private fun stop(context: Context) =
            PendingIntent.getService(context, STOP, StumbleService.stopIntent(context), PendingIntent.FLAG_IMMUTABLE)

        private fun open(context: Context) =
            PendingIntent.getActivity(context, OPEN, Intent(context, MainActivity::class.java), PendingIntent.FLAG_IMMUTABLE)

        private const val START = 10
        private const val STOP = 11
        private const val OPEN = 12
    }
}
