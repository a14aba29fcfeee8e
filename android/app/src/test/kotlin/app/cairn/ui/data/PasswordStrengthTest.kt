package app.cairn.ui.data

import org.junit.Assert.assertEquals
import org.junit.Test

class PasswordStrengthTest {
    @Test fun itCountsWhatAGuesserWouldHaveToTry() {
        val expected = mapOf(
            "" to PasswordStrength.TOO_SHORT,
            "sevenle" to PasswordStrength.TOO_SHORT,
            "password" to PasswordStrength.WEAK,
            "aaaaaaaaaaaaaaaaaaaaaaaa" to PasswordStrength.WEAK,
            "Tr0ub4dor&3" to PasswordStrength.FAIR,
            "correct horse ba" to PasswordStrength.FAIR,
            "correct horse battery staple" to PasswordStrength.STRONG,
            "пять слов которые никто" to PasswordStrength.STRONG,
        )
        expected.forEach { (password, strength) -> assertEquals(password, strength, strengthOf(password)) }
    }

    @Test fun aCharacterOfTwoHalvesIsOne() = assertEquals(PasswordStrength.TOO_SHORT, strengthOf("🪨🪨🪨🪨🪨"))
}
