package app.cairn.ui.outbox

import android.text.format.Formatter
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.material3.Button
import androidx.compose.material3.LinearProgressIndicator
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedButton
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.getValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.LocalContext
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.clearAndSetSemantics
import androidx.lifecycle.compose.collectAsStateWithLifecycle
import app.cairn.R
import app.cairn.core.OutboxRow
import app.cairn.core.QuarantinedRow
import app.cairn.data.hostOf
import app.cairn.ui.parts.Emptiness
import app.cairn.ui.parts.Explanation
import app.cairn.ui.parts.Figures
import app.cairn.ui.parts.Group
import app.cairn.ui.parts.Page
import app.cairn.ui.parts.TroubleGroup
import app.cairn.ui.parts.WhileSeen
import app.cairn.ui.parts.agoText
import app.cairn.ui.parts.numberText
import app.cairn.ui.parts.ofApp
import app.cairn.ui.parts.reportsText
import app.cairn.ui.parts.stopText

@Composable
fun OutboxRoute(settings: () -> Unit) {
    val model = ofApp(::OutboxViewModel)
    val state by model.state.collectAsStateWithLifecycle()
    val failure by model.failure.collectAsStateWithLifecycle()
    LaunchedEffect(Unit) { model.load() }
    WhileSeen(REFRESH_MS, model::refresh)
    OutboxScreen(state, failure, settings, model::sendNow, { model.resume(it) }, { model.resend(it) })
}

@Composable
fun OutboxScreen(
    state: OutboxState?,
    failure: String?,
    settings: () -> Unit,
    sendNow: () -> Unit,
    resume: (Long) -> Unit,
    resend: (QuarantinedRow) -> Unit,
) = Page(stringResource(R.string.outbox)) {
    failure?.let { TroubleGroup(it) }
    if (state == null) return@Page
    if (state.services.isEmpty()) Emptiness(stringResource(R.string.outbox_empty), stringResource(R.string.add_service), settings)
    state.services.forEach { ServiceGroup(it, resume) }
    if (state.services.any { it.waiting > 0uL && it.choice.enabled }) {
        Button(sendNow, Modifier.fillMaxWidth()) { Text(stringResource(R.string.send_now)) }
    }
    if (state.quarantined.isNotEmpty()) Quarantine(state, resend)
    if (state.attempts.isNotEmpty()) Attempts(state)
}

@Composable
private fun ServiceGroup(row: OutboxRow, resume: (Long) -> Unit) = Group(hostOf(row.choice.url)) {
    Figures(
        listOfNotNull(
            numberText(row.waiting.toLong()) to stringResource(R.string.waiting),
            numberText(row.accepted.toLong()) to stringResource(R.string.accepted),
            // What went wrong is said where something did.
            row.quarantined.takeIf { it > 0uL }?.let { numberText(it.toLong()) to stringResource(R.string.refused) },
            row.notUseful.takeIf { it > 0uL }?.let { numberText(it.toLong()) to stringResource(R.string.not_useful) },
        ),
    )
    Sent(row)
    val next = row.nextAttemptMs
    val stopped = row.stopped
    when {
        stopped != null -> {
            Text(stringResource(stopText(stopped)), color = MaterialTheme.colorScheme.error)
            OutlinedButton({ resume(row.id) }) { Text(stringResource(R.string.try_again)) }
        }
        !row.choice.enabled -> Explanation(stringResource(R.string.service_off))
        next != null -> Text(stringResource(R.string.next_attempt, agoText(next)))
        row.waiting == 0uL -> Explanation(stringResource(R.string.all_sent))
        else -> Explanation(termsText(row))
    }
}

/** How much of what there is for the service it has taken. */
@Composable
private fun Sent(row: OutboxRow) {
    val all = row.waiting + row.accepted
    if (all == 0uL) return
    LinearProgressIndicator(
        { row.accepted.toFloat() / all.toFloat() },
        Modifier.fillMaxWidth().clearAndSetSemantics {},
        drawStopIndicator = {},
    )
}

/** What the service still waits for, as the user has set it up. */
@Composable
private fun termsText(row: OutboxRow): String = stringResource(
    when {
        row.choice.unmeteredOnly && row.choice.chargingOnly -> R.string.waits_both
        row.choice.unmeteredOnly -> R.string.waits_unmetered
        row.choice.chargingOnly -> R.string.waits_charging
        else -> R.string.waits_network
    },
)

@Composable
private fun Quarantine(state: OutboxState, resend: (QuarantinedRow) -> Unit) = Group(stringResource(R.string.quarantine)) {
    Explanation(stringResource(R.string.quarantine_explanation))
    state.quarantined.take(SHOWN).forEach { row ->
        val service = state.services.find { it.id == row.service }?.choice?.url.orEmpty()
        Text(stringResource(R.string.quarantined_row, numberText(row.report), hostOf(service)))
        Explanation(row.reason)
        TextButton({ resend(row) }) { Text(stringResource(R.string.send_again)) }
    }
    if (state.quarantined.size > SHOWN) Explanation(stringResource(R.string.and_more, state.quarantined.size - SHOWN))
}

@Composable
private fun Attempts(state: OutboxState) = Group(stringResource(R.string.attempts)) {
    val context = LocalContext.current
    state.attempts.forEach { attempt ->
        val service = state.services.find { it.id == attempt.service }?.choice?.url.orEmpty()
        val reports = reportsText(context.resources, attempt.reports.toULong())
        val size = Formatter.formatShortFileSize(context, attempt.bytes.toLong())
        Text(stringResource(R.string.attempt, agoText(attempt.utcMs), hostOf(service), reports, size))
        Explanation(attempt.outcome)
    }
}

private const val REFRESH_MS = 2_000L

/** More than anybody reads; all of them can be exported. */
private const val SHOWN = 20
