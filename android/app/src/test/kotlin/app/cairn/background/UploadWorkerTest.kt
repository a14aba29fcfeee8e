package app.cairn.background

import android.content.Intent
import android.net.ConnectivityManager
import android.net.NetworkCapabilities
import android.os.BatteryManager
import androidx.work.ListenableWorker
import androidx.work.NetworkType
import androidx.work.WorkInfo
import androidx.work.WorkManager
import androidx.work.testing.TestListenableWorkerBuilder
import androidx.work.testing.WorkManagerTestInitHelper
import app.cairn.Service
import app.cairn.app
import app.cairn.core.OutboxRow
import app.cairn.core.ServiceChoice
import app.cairn.core.StopReason
import app.cairn.data.serviceAt
import app.cairn.walk
import com.sun.net.httpserver.HttpServer
import java.net.InetAddress
import java.net.InetSocketAddress
import kotlinx.coroutines.runBlocking
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNotNull
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf
import org.robolectric.shadows.ShadowNetworkCapabilities

/** Uploads on the user's terms, to real services on loopback. */
@RunWith(RobolectricTestRunner::class)
class UploadWorkerTest {
    @Before fun reportsThatWait() {
        WorkManagerTestInitHelper.initializeTestWorkManager(app)
        runBlocking {
            app.settings.change { it.copy(consented = true) }
            app.core.walk(20)
        }
    }

    @Test fun withoutNetworkTheWorkWaits() {
        UploadWorker.enqueue(app)
        val work = WorkManager.getInstance(app).getWorkInfosForUniqueWork("upload").get().single()
        assertEquals(WorkInfo.State.ENQUEUED, work.state)
        assertEquals(NetworkType.CONNECTED, work.constraints.requiredNetworkType)
    }

    @Test fun onANetworkThatCostsItWaitsUnlessTheUserSaysOtherwise() = withService { url ->
        network(metered = true)
        val patient = upload(choice(url))
        assertTrue(patient.waiting > 0uL && patient.accepted == 0uL)
        assertAllSent(upload(choice(url).copy(unmeteredOnly = false)))
    }

    @Test fun abroadItWaitsUnlessTheUserSaysOtherwise() = withService { url ->
        network(roaming = true)
        assertTrue(upload(choice(url)).waiting > 0uL)
        assertAllSent(upload(choice(url).copy(roaming = true)))
    }

    @Test fun itWaitsForTheChargerWhereTheUserWantsThat() = withService { url ->
        network()
        plugged(0)
        assertTrue(upload(choice(url).copy(chargingOnly = true)).waiting > 0uL)
        plugged(BatteryManager.BATTERY_PLUGGED_USB)
        assertAllSent(upload(choice(url).copy(chargingOnly = true)))
    }

    @Test fun aHotelsLoginPageTakesNothing() {
        network()
        val portal = HttpServer.create(InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0)
        portal.createContext("/") { exchange ->
            val page = "<html><body>Welcome to our hotel</body></html>".toByteArray()
            exchange.requestBody.readBytes()
            exchange.responseHeaders.add("Content-Type", "text/html")
            exchange.sendResponseHeaders(200, page.size.toLong())
            exchange.responseBody.use { it.write(page) }
        }
        portal.start()
        try {
            val row = upload(choice("http://127.0.0.1:${portal.address.port}"))
            assertEquals(0uL, row.accepted)
            assertTrue("$row", row.waiting > 0uL && row.quarantined == 0uL)
            assertTrue("$row", row.nextAttemptMs != null || row.stopped == StopReason.UNEXPECTED)
        } finally {
            portal.stop(0)
        }
    }

    @Test fun aServiceThatIsDownDoesNotKeepTheOtherFromItsReports() = withService { url ->
        network()
        val gone = Service().use { it.url }
        runBlocking { app.core.addService(choice(gone)) }
        assertAllSent(upload(choice(url)))
        val down = runBlocking { app.core.outbox() }.single { it.choice.url.startsWith(gone) }
        assertEquals(0uL, down.accepted)
        assertTrue(down.waiting > 0uL)
        assertNotNull(down.nextAttemptMs)
    }

    @Test fun twoServicesEachGetEverythingOnTheirOwnTerms() = withService { any ->
        withService { free ->
            network(metered = true)
            runBlocking { app.core.addService(choice(free)) }
            assertAllSent(upload(choice(any).copy(unmeteredOnly = false)))
            assertEquals(0uL, row(free).accepted)
            network()
            assertEquals(ListenableWorker.Result.success(), runBlocking { TestListenableWorkerBuilder<UploadWorker>(app).build().doWork() })
            assertAllSent(row(free))
            assertEquals(row(any).accepted, row(free).accepted)
        }
    }

    private fun row(url: String) = runBlocking { app.core.outbox() }.single { it.choice.url.startsWith(url) }

    @Test fun whatEveryServiceHasIsDeletedOnlyWhereTheUserWantsThat() = withService { url ->
        network()
        val before = runBlocking { app.core.numbers().reports }
        upload(choice(url))
        assertEquals(before, runBlocking { app.core.numbers().reports })
        runBlocking { app.settings.change { it.copy(pruneSent = true) } }
        upload(choice(url))
        assertEquals(0uL, runBlocking { app.core.numbers().reports })
    }

    private fun withService(test: (String) -> Unit) = Service().use { test(it.url) }

    private fun choice(url: String) = serviceAt(url).copy(allowHttp = true)

    private fun upload(choice: ServiceChoice): OutboxRow = runBlocking {
        val id = app.core.addService(choice)
        assertEquals(ListenableWorker.Result.success(), TestListenableWorkerBuilder<UploadWorker>(app).build().doWork())
        app.core.outbox().single { it.id == id }
    }

    private fun assertAllSent(row: OutboxRow) {
        assertEquals(0uL, row.waiting)
        assertTrue(row.accepted > 0uL)
    }

    private fun network(metered: Boolean = false, roaming: Boolean = false) {
        val connectivity = app.getSystemService(ConnectivityManager::class.java)
        val able = ShadowNetworkCapabilities.newInstance()
        fun has(capability: Int, yes: Boolean) = shadowOf(able).run { if (yes) addCapability(capability) else removeCapability(capability) }
        has(NetworkCapabilities.NET_CAPABILITY_NOT_METERED, !metered)
        has(NetworkCapabilities.NET_CAPABILITY_NOT_ROAMING, !roaming)
        shadowOf(connectivity).setNetworkCapabilities(connectivity.activeNetwork, able)
    }

    private fun plugged(how: Int) {
        @Suppress("DEPRECATION") // As the system tells it.
        app.sendStickyBroadcast(Intent(Intent.ACTION_BATTERY_CHANGED).putExtra(BatteryManager.EXTRA_PLUGGED, how))
    }
}
