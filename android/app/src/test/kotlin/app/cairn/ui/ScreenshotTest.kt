package app.cairn.ui

import android.Manifest.permission.ACCESS_FINE_LOCATION
import android.content.Intent
import android.graphics.Bitmap
import android.os.Looper
import androidx.compose.ui.graphics.asAndroidBitmap
import androidx.compose.ui.test.captureToImage
import androidx.compose.ui.test.junit4.v2.createEmptyComposeRule
import androidx.compose.ui.test.onRoot
import androidx.test.core.app.ActivityScenario
import androidx.work.testing.WorkManagerTestInitHelper
import app.cairn.app
import app.cairn.data.serviceAt
import app.cairn.walk
import kotlinx.coroutines.runBlocking
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.ParameterizedRobolectricTestRunner
import org.robolectric.ParameterizedRobolectricTestRunner.Parameters
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import java.time.Duration

/** Draws every screen as a person would have it. Somebody has to look at the pictures; the test only sees that there are any. */
@RunWith(ParameterizedRobolectricTestRunner::class)
class ScreenshotTest(private val look: Look) {
    enum class Look(val qualifiers: String, val fontScale: Float = 1f) {
        LIGHT("+en"),
        DARK("+night"),
        GERMAN("+de"),
        RIGHT_TO_LEFT("+ar-ldrtl"),
        LARGE_FONT("+en", 2f),
    }

    @get:Rule val compose = createEmptyComposeRule()

    @Before fun aPhone() {
        WorkManagerTestInitHelper.initializeTestWorkManager(app)
        RuntimeEnvironment.setQualifiers(look.qualifiers)
        RuntimeEnvironment.setFontScale(look.fontScale)
        shadowOf(app).grantPermissions(ACCESS_FINE_LOCATION)
    }

    @Test fun firstStart() = shoot("first-start", null)

    @Test fun empty() {
        runBlocking { app.settings.change { it.copy(consented = true, dynamicColour = false) } }
        listOf(Place.LEADERBOARD, Place.OUTBOX).forEach { shoot("empty-${it.name.lowercase()}", it) }
    }

    @Test fun everyScreen() {
        runBlocking {
            app.settings.change { it.copy(consented = true, dynamicColour = false) }
            app.core.walk(200)
            app.core.addService(serviceAt("https://api.beacondb.net"))
        }
        Place.entries.forEach { shoot(it.name.lowercase(), it) }
    }

    private fun shoot(name: String, place: Place?) {
        val intent = Intent(app, MainActivity::class.java).putExtra(MainActivity.PLACE, place?.name)
        ActivityScenario.launch<MainActivity>(intent).use {
            compose.waitForIdle()
            compose.waitUntil(10_000) { picture().isDrawn() }
            // The core answers, and the map draws, on threads that Compose does not wait for.
            repeat(if (place == Place.MAP) 12 else 3) {
                Thread.sleep(150)
                shadowOf(Looper.getMainLooper()).idleFor(Duration.ofMillis(150))
                compose.waitForIdle()
                // The map only takes its next frame when the last one has been drawn.
                if (place == Place.MAP) picture()
            }
            val picture = picture()
            assertTrue("nothing was drawn", picture.isDrawn())
            picture?.save("${look.name.lowercase()}/$name")
        }
    }

    /** Null while there is no layout yet: the choices are read first. */
    private fun picture(): Bitmap? {
        val size = compose.onRoot().fetchSemanticsNode().size
        return if (size.width == 0 || size.height == 0) null else compose.onRoot().captureToImage().asAndroidBitmap()
    }

    private fun Bitmap?.isDrawn() = this != null && colours() > 2

    companion object {
        @JvmStatic
        @Parameters(name = "{0}")
        fun looks() = Look.entries.map { arrayOf<Any>(it) }
    }
}
