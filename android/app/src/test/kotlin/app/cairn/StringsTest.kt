package app.cairn

import java.io.File
import javax.xml.parsers.DocumentBuilderFactory
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test
import org.w3c.dom.Element

/** Every language says everything that English says, with the same values in it. */
class StringsTest {
    private val folders = sources("main/res").listFiles { file -> file.isDirectory && file.resolve("strings.xml").exists() }.orEmpty()
    private val english = read(sources("main/res/values"))

    @Test fun nothingIsMissingAndNothingIsLeftOver() = others().forEach { (language, texts) ->
        assertEquals(language, english.keys.sorted(), texts.keys.sorted())
    }

    @Test fun theValuesInATextAreTheSame() = others().forEach { (language, texts) ->
        texts.forEach { (name, text) -> assertEquals("$language $name", values(english.getValue(name)), values(text)) }
    }

    @Test fun whatIsInNoCodeIsNotThere() {
        val files = sources("main").walk().filter { it.extension in setOf("kt", "xml") && it.name != "strings.xml" }
        val code = files.joinToString("\n") { it.readText() }
        val names = english.keys.map { it.substringAfter('/') }
        val unused = names.filterNot { Regex("""(R\.(string|plurals)\.|@string/)$it\b""").containsMatchIn(code) }
        assertEquals(emptyList<String>(), unused)
    }

    private fun others(): Map<String, Map<String, String>> =
        folders.filter { it.name != "values" }.associate { it.name to read(it) }.also { assertTrue(it.isNotEmpty()) }

    /** "string/name" to its text; of plurals the form that every language has. */
    private fun read(folder: File): Map<String, String> {
        val root = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(folder.resolve("strings.xml")).documentElement
        val elements = (0 until root.childNodes.length).mapNotNull { root.childNodes.item(it) as? Element }
        return elements.filter { it.getAttribute("translatable") != "false" }.associate { element ->
            val items = element.getElementsByTagName("item")
            val text = (0 until items.length).map { items.item(it) as Element }.find { it.getAttribute("quantity") == "other" } ?: element
            "${element.tagName}/${element.getAttribute("name")}" to text.textContent
        }
    }

    private fun values(text: String) = Regex("""%\d\$[sd]""").findAll(text).map { it.value }.sorted().toList()
}
