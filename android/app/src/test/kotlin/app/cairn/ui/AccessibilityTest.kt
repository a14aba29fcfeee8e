package app.cairn.ui

import android.Manifest.permission.ACCESS_FINE_LOCATION
import android.content.Intent
import android.os.Looper
import androidx.compose.ui.semantics.SemanticsNode
import androidx.compose.ui.semantics.SemanticsProperties
import androidx.compose.ui.semantics.getOrNull
import androidx.compose.ui.test.hasClickAction
import androidx.compose.ui.test.junit4.v2.createEmptyComposeRule
import androidx.test.core.app.ActivityScenario
import androidx.work.testing.WorkManagerTestInitHelper
import app.cairn.app
import app.cairn.data.serviceAt
import app.cairn.walk
import java.time.Duration
import kotlinx.coroutines.runBlocking
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf

/** Everything that can be touched says what it is, to those who hear the screen as well, and is large enough for a finger. */
@RunWith(RobolectricTestRunner::class)
class AccessibilityTest {
    @get:Rule val compose = createEmptyComposeRule()

    @Before fun aPhone() {
        WorkManagerTestInitHelper.initializeTestWorkManager(app)
        shadowOf(app).grantPermissions(ACCESS_FINE_LOCATION)
    }

    @Test fun theFirstStart() = look(null)

    @Test fun everyScreen() {
        runBlocking {
            app.settings.change { it.copy(consented = true) }
            app.core.walk(30)
            app.core.addService(serviceAt("https://api.beacondb.net"))
            app.core.refuseName("garden")
        }
        Place.entries.forEach(::look)
    }

    private fun look(place: Place?) {
        val intent = Intent(app, MainActivity::class.java).putExtra(MainActivity.PLACE, place?.name)
        ActivityScenario.launch<MainActivity>(intent).use {
            repeat(10) {
                Thread.sleep(50)
                shadowOf(Looper.getMainLooper()).idleFor(Duration.ofMillis(100))
            }
            compose.waitUntil(10_000) { compose.onAllNodes(hasClickAction()).fetchSemanticsNodes().isNotEmpty() }
            val touched = compose.onAllNodes(hasClickAction()).fetchSemanticsNodes()
            assertTrue("$place", touched.isNotEmpty())
            assertEquals("$place has something without a name", emptyList<String>(), touched.filter { it.name().isBlank() }.map(::describe))
            assertEquals("$place has something too small", emptyList<String>(), touched.filter(::isSmall).map(::describe))
        }
    }

    private fun SemanticsNode.name(): String {
        val said = config.getOrNull(SemanticsProperties.ContentDescription).orEmpty()
        val shown = config.getOrNull(SemanticsProperties.Text).orEmpty().map { it.text }
        val edited = listOfNotNull(config.getOrNull(SemanticsProperties.EditableText)?.text)
        return (said + shown + edited).joinToString(" ")
    }

    /** Of what is wholly on the screen: the rest is cut off. */
    private fun isSmall(node: SemanticsNode): Boolean {
        if (node.boundsInRoot.height < node.size.height) return false
        val least = LEAST_DP * node.layoutInfo.density.density - 1
        return node.touchBoundsInRoot.width < least || node.touchBoundsInRoot.height < least
    }

    private fun describe(node: SemanticsNode) = "'${node.name()}' ${node.touchBoundsInRoot}"

    private companion object {
        const val LEAST_DP = 48
    }
}
