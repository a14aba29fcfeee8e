package app.cairn.ui

import android.Manifest.permission.ACCESS_FINE_LOCATION
import android.content.Intent
import android.graphics.Bitmap
import android.location.LocationManager
import android.os.Looper
import androidx.compose.ui.graphics.asAndroidBitmap
import androidx.compose.ui.test.captureToImage
import androidx.compose.ui.test.isDialog
import androidx.compose.ui.test.junit4.v2.createEmptyComposeRule
import androidx.compose.ui.test.onAllNodesWithText
import androidx.compose.ui.test.onLast
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.onRoot
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollTo
import androidx.test.core.app.ActivityScenario
import androidx.work.testing.WorkManagerTestInitHelper
import app.cairn.R
import app.cairn.Street
import app.cairn.app
import app.cairn.arrives
import app.cairn.background.StumbleService
import app.cairn.core.VaultPlace
import app.cairn.data.serviceAt
import app.cairn.hears
import app.cairn.tracks
import app.cairn.waitUntil
import app.cairn.walk
import app.cairn.walkForYears
import java.time.Duration
import java.util.Locale
import kotlinx.coroutines.runBlocking
import org.junit.After
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.ParameterizedRobolectricTestRunner
import org.robolectric.ParameterizedRobolectricTestRunner.Parameters
import org.robolectric.Robolectric
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf

/** Draws every screen as a person would have it. Somebody has to look at the pictures; the test only sees that there are any. */
@RunWith(ParameterizedRobolectricTestRunner::class)
class ScreenshotTest(private val look: Look) {
    enum class Look(val qualifiers: String, val fontScale: Float = 1f) {
        LIGHT("+en"),
        DARK("+night"),
        GERMAN("+de-rDE"),
        RIGHT_TO_LEFT("+ar-rEG-ldrtl"),
        LARGE_FONT("+en", 2f),
    }

    @get:Rule val compose = createEmptyComposeRule()

    @Before fun aPhone() {
        WorkManagerTestInitHelper.initializeTestWorkManager(app)
        RuntimeEnvironment.setQualifiers(look.qualifiers)
        RuntimeEnvironment.setFontScale(look.fontScale)
        // As the system does it for the whole process.
        Locale.setDefault(app.resources.configuration.locales[0])
        shadowOf(app).grantPermissions(ACCESS_FINE_LOCATION)
    }

    @After fun theLanguageOfTheOtherTests() = Locale.setDefault(usual)

    private val usual = Locale.getDefault()

    @Test fun firstStart() {
        val turns = listOf(R.string.go_on, R.string.go_on, R.string.not_now, R.string.not_now)
        (0..turns.size).forEach { page -> shoot("first-start-${page + 1}", null) { turns.take(page).forEach(::press) } }
    }

    @Test fun empty() {
        runBlocking { app.settings.change { it.copy(consented = true, dynamicColour = false) } }
        Place.entries.forEach { shoot("empty-${it.name.lowercase()}", it) }
    }

    @Test fun everyScreen() {
        runBlocking {
            app.settings.change { it.copy(consented = true, dynamicColour = false) }
            app.settings.change { it.copy(mapFile = helsinki.path) }
            app.core.walk(80, began = System.currentTimeMillis() - HOUR_MS)
            app.core.addService(serviceAt("https://api.beacondb.net"))
            app.core.refuseName("garden")
        }
        Place.entries.forEach { shoot(it.name.lowercase(), it) }
        app.hears(Street.scan(40))
        shoot("located", Place.LOCATE) { compose.onNodeWithText(app.getString(R.string.locate_now)).performClick() }
    }

    @Test fun collecting() {
        runBlocking { app.settings.change { it.copy(consented = true, dynamicColour = false, mapFile = helsinki.path) } }
        val locations = app.getSystemService(LocationManager::class.java)
        shadowOf(locations).setProviderEnabled(LocationManager.GPS_PROVIDER, true)
        Robolectric.buildService(StumbleService::class.java).create().startCommand(0, 1)
        waitUntil("collecting") { shadowOf(locations).getLocationRequests(LocationManager.GPS_PROVIDER).isNotEmpty() }
        (0..60).forEach { step -> app.arrives(Street.lat(step), Street.LON + EAST, 3, Street.scan(step)) }
        runBlocking { app.core.flush() }
        shoot("collecting", Place.MAP)
    }

    @Test fun afterFiveYears() {
        runBlocking {
            app.settings.change { it.copy(consented = true, dynamicColour = false, mapFile = helsinki.path) }
            app.core.walkForYears()
            app.core.addService(serviceAt("https://api.beacondb.net"))
        }
        Place.entries.forEach { shoot("years-${it.name.lowercase()}", it) }
    }

    /** What a thumb would have to scroll for. */
    @Test fun wholeScreens() {
        RuntimeEnvironment.setQualifiers("+h2600dp")
        runBlocking {
            app.settings.change { it.copy(consented = true, dynamicColour = false) }
            app.core.walkForYears()
            app.core.addService(serviceAt("https://api.beacondb.net"))
            app.core.addZone(60.2, 24.9)
        }
        listOf(Place.LEADERBOARD, Place.DATA, Place.SETTINGS, Place.HELP).forEach { shoot("whole-${it.name.lowercase()}", it) }
    }

    /** In the width of a small phone: in wider ones a dialog with a text field never comes to rest (robolectric#8460). */
    @Test fun dialogs() {
        RuntimeEnvironment.setQualifiers("+w320dp")
        runBlocking {
            app.settings.change { it.copy(consented = true, dynamicColour = false) }
            app.core.walk(80, began = System.currentTimeMillis() - HOUR_MS)
        }
        dialog("backup", R.string.backup_create)
        dialog("restore", R.string.backup_restore)
        dialog("rekey", R.string.backup_rekey)
        dialog("merge", R.string.merge)
        dialog("erase", R.string.erase)
        dialog("export-format", R.string.export_format)
        dialog("export-days", R.string.export_time, R.string.span_own)
        dialog("vault-begin", R.string.vault_begin)
        dialog("vault-fetch", R.string.vault_fetch)
        runBlocking {
            val place = VaultPlace("https://cairn.example.org", app.core.freshVaultId(), false)
            app.settings.change { it.copy(vault = place, vaultBegun = true) }
        }
        shoot("vault", Place.DATA) { compose.onNodeWithText(app.getString(R.string.vault_forget)).performScrollTo() }
        dialog("vault-store", R.string.vault_store)
        dialog("vault-forget", R.string.vault_forget)
    }

    private fun dialog(name: String, vararg presses: Int, place: Place = Place.DATA) = shoot("dialog-$name", place) {
        presses.forEach(::press)
        assertTrue("no dialog", compose.onAllNodes(isDialog()).fetchSemanticsNodes().isNotEmpty())
    }

    private fun press(text: Int) {
        compose.onAllNodesWithText(app.getString(text)).onLast().run {
            runCatching { performScrollTo() }
            performClick()
        }
        compose.waitForIdle()
    }

    private fun shoot(name: String, place: Place?, act: () -> Unit = {}) {
        val intent = Intent(app, MainActivity::class.java).putExtra(MainActivity.PLACE, place?.name)
        ActivityScenario.launch<MainActivity>(intent).use {
            compose.waitForIdle()
            compose.waitUntil(10_000) { picture().isDrawn() }
            act()
            val picture = settled()
            assertTrue("nothing was drawn", picture.isDrawn())
            picture?.save("${look.name.lowercase()}/$name")
        }
    }

    /** The core answers, and the map draws, on threads that Compose does not wait for: the picture that no longer changes. */
    private fun settled(): Bitmap? {
        var last = picture()
        var same = 0
        repeat(MOST_FRAMES) {
            if (same == SAME_FRAMES) return last
            Thread.sleep(FRAME_MS)
            shadowOf(Looper.getMainLooper()).idleFor(Duration.ofMillis(FRAME_MS))
            compose.waitForIdle()
            val next = picture()
            same = if (next != null && last?.sameAs(next) == true) same + 1 else 0
            last = next
        }
        return last
    }

    private val helsinki = tracks("helsinki.map")

    /** Null while there is no layout yet: the choices are read first. */
    private fun picture(): Bitmap? {
        // A dialog has a window of its own, which is drawn only where the node that is asked for says that it is one.
        val dialogs = compose.onAllNodes(isDialog())
        val top = if (dialogs.fetchSemanticsNodes().isEmpty()) compose.onRoot() else dialogs.onLast()
        val size = top.fetchSemanticsNode().size
        return if (size.width == 0 || size.height == 0) null else top.captureToImage().asAndroidBitmap()
    }

    private fun Bitmap?.isDrawn() = this != null && colours() > 2

    companion object {
        private const val HOUR_MS = 3_600_000L

        /** Into the middle of the map. */
        private const val EAST = 5e-3
        private const val MOST_FRAMES = 60
        private const val SAME_FRAMES = 6
        private const val FRAME_MS = 100L

        @JvmStatic
        @Parameters(name = "{0}")
        fun looks() = Look.entries.map { arrayOf<Any>(it) }
    }
}
