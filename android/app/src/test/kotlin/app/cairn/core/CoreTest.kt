package app.cairn.core

import java.io.File
import org.junit.Assert.assertEquals
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder

/** On the plain JVM, with the real core: nothing here needs Android. */
class CoreTest {
    @get:Rule val folder = TemporaryFolder()

    private val file get() = File(folder.root, "databases/cairn.db")

    @Test fun theCoreTellsItsVersion() = assertTrue(Core.version.matches(Regex("""\d+\.\d+\.\d+""")))

    @Test fun aClosedCoreCanBeOpenedAgain() {
        Core.open(file).close()
        assertTrue(file.length() > 0)
        Core.open(file).close()
    }

    @Test fun aSecondCoreOnTheSameDatabaseIsRefused() {
        Core.open(file).use {
            val refusal = assertThrows(Exception::class.java) { Core.open(file) }
            assertEquals("another program is using the database", refusal.message)
        }
    }
}
