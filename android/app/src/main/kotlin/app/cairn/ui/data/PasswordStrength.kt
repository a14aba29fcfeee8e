package app.cairn.ui.data

/** How long whoever holds the file would have to guess, roughly. */
enum class PasswordStrength { TOO_SHORT, WEAK, FAIR, STRONG }

/**
 * A hint, and no more: it counts what different characters there are and how many, as a guesser without a dictionary would.
 * The core stretches every password, which makes each guess some half a million times dearer; the steps have that in mind.
 */
fun strengthOf(password: String): PasswordStrength {
    val length = password.codePointCount(0, password.length)
    val different = password.codePoints().distinct().count().toInt()
    return when {
        length < SHORTEST -> PasswordStrength.TOO_SHORT
        different < FEW_DIFFERENT -> PasswordStrength.WEAK
        length >= LONG -> PasswordStrength.STRONG
        length >= FAIRLY_LONG || (length >= FAIRLY_LONG_WHEN_MIXED && isMixed(password)) -> PasswordStrength.FAIR
        else -> PasswordStrength.WEAK
    }
}

private fun isMixed(password: String): Boolean {
    val kinds = listOf(password.any(Char::isDigit), password.any(Char::isUpperCase), password.any(Char::isLowerCase))
    return kinds.all { it } && password.any { !it.isLetterOrDigit() }
}

/** As the core asks for; a test compares them. */
const val SHORTEST = 8
private const val FEW_DIFFERENT = 5
private const val FAIRLY_LONG = 14
private const val FAIRLY_LONG_WHEN_MIXED = 11

/** Four words of usual length. */
private const val LONG = 20
