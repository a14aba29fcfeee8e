package app.cairn.background

import android.content.Context
import android.content.Intent
import android.content.IntentFilter
import android.net.ConnectivityManager
import android.net.NetworkCapabilities
import android.os.BatteryManager
import androidx.work.Constraints
import androidx.work.CoroutineWorker
import androidx.work.ExistingPeriodicWorkPolicy
import androidx.work.ExistingWorkPolicy
import androidx.work.NetworkType
import androidx.work.OneTimeWorkRequestBuilder
import androidx.work.PeriodicWorkRequestBuilder
import androidx.work.WorkManager
import androidx.work.WorkerParameters
import androidx.work.workDataOf
import app.cairn.cairn
import app.cairn.core.Core
import app.cairn.core.CoreException
import app.cairn.core.UploadConditions
import app.cairn.core.UploadEnd
import java.time.Duration

/** Hands what waits to every service, on the user's terms. What an answer means and when to come back, the core decides. */
class UploadWorker(context: Context, parameters: WorkerParameters) : CoroutineWorker(context, parameters) {
    override suspend fun doWork(): Result {
        val app = applicationContext.cairn
        if (!app.settings.now().consented) return Result.success()
        val hurry = inputData.getBoolean(HURRY, false)
        try {
            val services = app.core.outbox().filter { it.choice.enabled && it.stopped == null && it.waiting > 0uL }
            val ends = services.map { app.core.upload(it.id, conditions(), hurry).end }
            if (app.settings.now().pruneSent) prune(app.core)
            val later = ends.filterIsInstance<UploadEnd.Later>().minOfOrNull { it.atMs }
            later?.let { enqueueAt(applicationContext, it - System.currentTimeMillis()) }
            return Result.success()
        } catch (_: CoreException.Busy) {
            // Another upload to the same service is under way: it takes ours along.
            return Result.success()
        } catch (_: CoreException) {
            return Result.retry()
        }
    }

    private suspend fun prune(core: Core) {
        do {
            val pruned = core.prune(PRUNE_AT_ONCE)
        } while (pruned > 0)
    }

    private fun conditions(): UploadConditions {
        val network = applicationContext.getSystemService(ConnectivityManager::class.java)
        val able = network.getNetworkCapabilities(network.activeNetwork)
        val battery = applicationContext.registerReceiver(null, IntentFilter(Intent.ACTION_BATTERY_CHANGED))
        return UploadConditions(
            metered = able?.hasCapability(NetworkCapabilities.NET_CAPABILITY_NOT_METERED) != true,
            roaming = able?.hasCapability(NetworkCapabilities.NET_CAPABILITY_NOT_ROAMING) == false,
            charging = (battery?.getIntExtra(BatteryManager.EXTRA_PLUGGED, 0) ?: 0) != 0,
        )
    }

    companion object {
        private const val NAME = "upload"
        private const val LATER = "upload-later"
        private const val REGULAR = "upload-regular"
        private const val HURRY = "hurry"
        private const val PRUNE_AT_ONCE = 500
        private val EVERY = Duration.ofHours(6)
        private val connected = Constraints.Builder().setRequiredNetworkType(NetworkType.CONNECTED).build()

        /** Uploads as soon as there is a network; [hurry] asks a service that failed before its time. */
        fun enqueue(context: Context, hurry: Boolean = false) {
            val request = OneTimeWorkRequestBuilder<UploadWorker>()
                .setConstraints(connected)
                .setInputData(workDataOf(HURRY to hurry))
                .build()
            WorkManager.getInstance(context).enqueueUniqueWork(NAME, ExistingWorkPolicy.REPLACE, request)
        }

        /** Looks again every few hours: a charger or a free network may have come. */
        fun enqueueRegularly(context: Context) {
            val request = PeriodicWorkRequestBuilder<UploadWorker>(EVERY).setConstraints(connected).build()
            WorkManager.getInstance(context).enqueueUniquePeriodicWork(REGULAR, ExistingPeriodicWorkPolicy.KEEP, request)
        }

        private fun enqueueAt(context: Context, delayMs: Long) {
            val request = OneTimeWorkRequestBuilder<UploadWorker>()
                .setConstraints(connected)
                .setInitialDelay(Duration.ofMillis(delayMs.coerceAtLeast(0)))
                .build()
            WorkManager.getInstance(context).enqueueUniqueWork(LATER, ExistingWorkPolicy.REPLACE, request)
        }
    }
}
