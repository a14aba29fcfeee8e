package app.cairn.background

import android.Manifest.permission.ACCESS_BACKGROUND_LOCATION
import android.Manifest.permission.ACCESS_FINE_LOCATION
import android.app.NotificationManager
import android.app.PendingIntent
import android.appwidget.AppWidgetManager
import android.content.ComponentName
import android.content.Intent
import android.location.LocationManager
import android.os.Bundle
import android.os.Handler
import android.os.Looper
import android.os.Message
import android.os.Messenger
import android.view.View
import android.widget.FrameLayout
import android.widget.TextView
import app.cairn.R
import app.cairn.Street
import app.cairn.app
import app.cairn.core.CollectingStatus
import app.cairn.core.metresBetween
import app.cairn.hears
import app.cairn.ui.MainActivity
import app.cairn.ui.parts.tripText
import app.cairn.waitUntil
import app.cairn.walk
import java.lang.reflect.Proxy
import java.time.LocalDate
import kotlinx.coroutines.runBlocking
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNotNull
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config
import org.robolectric.util.ReflectionHelpers

/** What other apps, the launcher and the system can make Cairn do, and what not. */
@RunWith(RobolectricTestRunner::class)
@Config(shadows = [MockedLocations::class])
class OtherAppsTest {
    private val locations = app.getSystemService(LocationManager::class.java)

    @Before fun aPhone() {
        MockedLocations.isChosen = true
        shadowOf(app).grantPermissions(ACCESS_FINE_LOCATION)
        runBlocking { app.settings.change { it.copy(consented = true) } }
    }

    @Test fun afterARebootItCollectsOnlyIfItDidBefore() {
        shadowOf(app).grantPermissions(ACCESS_BACKGROUND_LOCATION)
        ComeBack().onReceive(app, Intent(Intent.ACTION_BOOT_COMPLETED))
        settle()
        assertNull(shadowOf(app).nextStartedService)
        runBlocking { app.settings.change { it.copy(collecting = true) } }
        ComeBack().onReceive(app, Intent(Intent.ACTION_BOOT_COMPLETED))
        waitUntil("the service") { startedService() == StumbleService::class.java.name }
        ComeBack().onReceive(app, Intent(Intent.ACTION_MY_PACKAGE_REPLACED))
        waitUntil("the service") { startedService() == StumbleService::class.java.name }
    }

    @Test fun whereAndroidForbidsToBeginUnseenANotificationOffersIt() {
        shadowOf(app).denyPermissions(ACCESS_BACKGROUND_LOCATION)
        runBlocking { app.settings.change { it.copy(collecting = true) } }
        ComeBack().onReceive(app, Intent(Intent.ACTION_BOOT_COMPLETED))
        val notices = shadowOf(app.getSystemService(NotificationManager::class.java))
        waitUntil("the offer") { notices.getNotification(CollectingNotice.OFFER_ID) != null }
        assertNull(shadowOf(app).nextStartedService)
        val tapped = shadowOf(notices.getNotification(CollectingNotice.OFFER_ID).contentIntent).savedIntent
        assertEquals(MainActivity.startIntent(app).action, tapped.action)
    }

    @Test fun aBreakHoldsOverAReboot() {
        shadowOf(app.getSystemService(LocationManager::class.java)).setProviderEnabled(LocationManager.GPS_PROVIDER, true)
        runBlocking { app.settings.change { it.copy(collecting = true, resting = true) } }
        Robolectric.buildService(StumbleService::class.java, Intent().setAction("app.cairn.GO_ON")).create().startCommand(0, 1)
        waitUntil("the break") { app.collecting.state.value.isResting }
        assertTrue(shadowOf(locations).getLocationRequests(LocationManager.GPS_PROVIDER).isEmpty())
        assertTrue(runBlocking { app.settings.now().resting })
        Robolectric.buildService(StumbleService::class.java, StumbleService.startIntent(app)).create().startCommand(0, 1)
        waitUntil("the end of the break") { shadowOf(locations).getLocationRequests(LocationManager.GPS_PROVIDER).isNotEmpty() }
        assertFalse(runBlocking { app.settings.now().resting })
    }

    @Test fun automationDoesNothingUntilTheUserAllowsIt() {
        shadowOf(app).grantPermissions(ACCESS_BACKGROUND_LOCATION)
        Automation().onReceive(app, Intent("app.cairn.action.START"))
        settle()
        assertNull(shadowOf(app).nextStartedService)
        runBlocking { app.settings.change { it.copy(automation = true) } }
        Automation().onReceive(app, Intent("app.cairn.action.START"))
        waitUntil("the service") { startedService() == StumbleService::class.java.name }
    }

    @Test fun theTileAsksForWhatIsMissingInsteadOfStarting() {
        shadowOf(app).denyPermissions(ACCESS_FINE_LOCATION)
        val tile = Robolectric.buildService(StumbleTile::class.java).create().get()
        var opened: PendingIntent? = null
        // The system's side of a tile, which nothing stands for here.
        val panel = Class.forName("android.service.quicksettings.IQSService")
        val listens = Proxy.newProxyInstance(panel.classLoader, arrayOf(panel)) { _, _, arguments ->
            opened = opened ?: arguments?.firstNotNullOfOrNull { it as? PendingIntent }
            null
        }
        ReflectionHelpers.setField(tile, "mService", listens)
        tile.onClick()
        assertNull(shadowOf(app).nextStartedService)
        assertEquals(MainActivity.startIntent(app).action, shadowOf(opened).savedIntent.action)
    }

    @Test fun theTileStarts() {
        Robolectric.buildService(StumbleTile::class.java).create().get().onClick()
        assertEquals(StumbleService::class.java.name, startedService())
    }

    @Test fun theWidgetSaysWhatIsGoingOnAndTodaysScore() {
        runBlocking { app.core.walk(20) }
        val walked = runBlocking { app.core.days(DAY, DAY) }.single().reached
        val drawn = StumbleWidget.views(app, CollectingStatus.Collecting, walked).apply(app, FrameLayout(app))
        assertEquals(app.getString(R.string.status_collecting), drawn.findViewById<TextView>(R.id.widget_status).text)
        assertEquals(tripText(app.resources, walked), drawn.findViewById<TextView>(R.id.widget_today).text)
        assertEquals(app.getString(R.string.stop), drawn.findViewById<View>(R.id.widget_button).contentDescription)

        val manager = AppWidgetManager.getInstance(app)
        shadowOf(manager).bindAppWidgetId(1, ComponentName(app, StumbleWidget::class.java))
        runBlocking { StumbleWidget.refresh(app) }
        assertEquals(
            app.getString(R.string.status_stopped),
            shadowOf(manager).getViewFor(1).findViewById<TextView>(R.id.widget_status).text,
        )
    }

    @Test fun anAppWithThePermissionIsToldWhereThePhoneIsOnceTheUserAllowsIt() {
        runBlocking { app.core.walk(40) }
        app.hears(Street.scan(20))
        shadowOf(app).grantPermissions(EstimateService.PERMISSION)
        assertEquals(EstimateService.REFUSED, ask().what)

        runBlocking { app.settings.change { it.copy(shareEstimates = true) } }
        val answer = ask()
        assertEquals(EstimateService.ESTIMATE, answer.what)
        assertTrue(answer.data.metresFrom(20) < 30)
        assertTrue(answer.data.getDouble("radius68") < answer.data.getDouble("radius95"))
        assertEquals("wifi", answer.data.getString("source"))
        assertTrue(answer.data.getInt("used") >= 2)
    }

    @Test fun anAppWithoutThePermissionIsNot() {
        runBlocking { app.settings.change { it.copy(shareEstimates = true) } }
        shadowOf(app).denyPermissions(EstimateService.PERMISSION)
        assertEquals(EstimateService.REFUSED, ask().what)
    }

    @Test fun whereNothingIsKnownTheAnswerSaysSo() {
        shadowOf(app).grantPermissions(EstimateService.PERMISSION)
        runBlocking { app.settings.change { it.copy(shareEstimates = true) } }
        app.hears(Street.scan(20))
        assertEquals(EstimateService.UNKNOWN, ask().what)
    }

    @Test fun withoutTheUsersChoiceInTheDeveloperOptionsNothingIsMocked() {
        MockedLocations.isChosen = false
        val service = Robolectric.buildService(PositionService::class.java).create().startCommand(0, 1)
        assertEquals(Telling.NOT_CHOSEN, app.telling.value)
        assertTrue(shadowOf(service.get()).isStoppedBySelf)
    }

    @Test fun theMockPositionIsTheEstimateAndEndsWithTheService() {
        runBlocking { app.core.walk(40) }
        app.hears(Street.scan(20))
        val service = Robolectric.buildService(PositionService::class.java).create().startCommand(0, 1)
        assertEquals(Telling.ON, app.telling.value)
        assertNotNull(shadowOf(service.get()).lastForegroundNotification)
        waitUntil("a position", everyMs = 500) { locations.getLastKnownLocation(LocationManager.NETWORK_PROVIDER) != null }
        val told = locations.getLastKnownLocation(LocationManager.NETWORK_PROVIDER)!!
        assertTrue(metresBetween(told.latitude, told.longitude, Street.lat(20), Street.LON) < 30)
        service.destroy()
        assertEquals(Telling.OFF, app.telling.value)
    }

    private fun ask(): Message {
        var answer: Message? = null
        val asker = Messenger(
            Handler(Looper.getMainLooper()) {
                answer = Message.obtain(it)
                true
            },
        )
        val binder = Robolectric.buildService(EstimateService::class.java).create().get().onBind(Intent())
        Messenger(binder).send(Message.obtain(null, EstimateService.ASK).apply { replyTo = asker })
        waitUntil("an answer", everyMs = 500) { answer != null }
        return answer!!
    }

    private fun Bundle.metresFrom(step: Int) = metresBetween(getDouble("latitude"), getDouble("longitude"), Street.lat(step), Street.LON)

    private fun startedService() = shadowOf(app).nextStartedService?.component?.className

    private fun settle() = repeat(20) {
        shadowOf(Looper.getMainLooper()).idle()
        Thread.sleep(10)
    }

    private companion object {
        val DAY: LocalDate = LocalDate.of(2026, 6, 1)
    }
}
