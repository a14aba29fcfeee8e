package app.cairn.ui

import androidx.compose.ui.graphics.asAndroidBitmap
import androidx.compose.ui.test.captureToImage
import androidx.compose.ui.test.junit4.v2.createEmptyComposeRule
import androidx.compose.ui.test.onRoot
import androidx.test.core.app.ActivityScenario
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment

/** Draws every screen as a person would have it. Somebody has to look at the pictures; the test only sees that there are any. */
@RunWith(RobolectricTestRunner::class)
class ScreenshotTest {
    @get:Rule val compose = createEmptyComposeRule()

    @Test fun light() = shoot("light")

    @Test fun dark() = shoot("dark", "+night")

    @Test fun german() = shoot("german", "+de")

    @Test fun rightToLeft() = shoot("right-to-left", "+ar-ldrtl")

    @Test fun largeFont() {
        RuntimeEnvironment.setFontScale(2f)
        shoot("font-scale-2")
    }

    private fun shoot(name: String, qualifiers: String? = null) {
        qualifiers?.let(RuntimeEnvironment::setQualifiers)
        ActivityScenario.launch(MainActivity::class.java).use {
            val picture = compose.onRoot().captureToImage().asAndroidBitmap()
            picture.save(name)
            assertTrue("nothing was drawn", picture.colours() > 2)
        }
    }
}
