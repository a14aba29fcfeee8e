package app.cairn.core

/*
 * The core's values under the app's own names: nothing outside this package knows where they come from.
 */

typealias AttemptRow = uniffi.cairn.AttemptRow
typealias BeaconHeard = uniffi.cairn.BeaconHeard
typealias BeaconKind = uniffi.cairn.BeaconKind
typealias CellHeard = uniffi.cairn.CellHeard
typealias CellRadio = uniffi.cairn.CellRadio
typealias CollectingSettings = uniffi.cairn.CollectingSettings
typealias CollectingStatus = uniffi.cairn.CollectingStatus
typealias CoreException = uniffi.cairn.CoreException
typealias DayRow = uniffi.cairn.DayRow
typealias EstimateSource = uniffi.cairn.EstimateSource
typealias ExportKind = uniffi.cairn.ExportKind
typealias FixEvent = uniffi.cairn.FixEvent
typealias ImportResult = uniffi.cairn.ImportResult
typealias Leaderboard = uniffi.cairn.Leaderboard
typealias Numbers = uniffi.cairn.Numbers
typealias OutboxRow = uniffi.cairn.OutboxRow
typealias PauseReason = uniffi.cairn.PauseReason
typealias PhoneEvent = uniffi.cairn.PhoneEvent
typealias Position = uniffi.cairn.Position
typealias PrivacyRules = uniffi.cairn.PrivacyRules
typealias QuarantinedRow = uniffi.cairn.QuarantinedRow
typealias RankedRow = uniffi.cairn.RankedRow
typealias RankedSubject = uniffi.cairn.RankedSubject
typealias Reached = uniffi.cairn.Reached
typealias Saved = uniffi.cairn.Saved
typealias ScanEvent = uniffi.cairn.ScanEvent
typealias Sensor = uniffi.cairn.Sensor
typealias SensorCommand = uniffi.cairn.SensorCommand
typealias SensorReaction = uniffi.cairn.SensorReaction
typealias ServiceChoice = uniffi.cairn.ServiceChoice
typealias ServiceProtocol = uniffi.cairn.ServiceProtocol
typealias StandingRow = uniffi.cairn.StandingRow
typealias StopReason = uniffi.cairn.StopReason
typealias StreakRow = uniffi.cairn.StreakRow
typealias Trouble = uniffi.cairn.Trouble
typealias UploadConditions = uniffi.cairn.UploadConditions
typealias UploadEnd = uniffi.cairn.UploadEnd
typealias UploadResult = uniffi.cairn.UploadResult
typealias Warmth = uniffi.cairn.Warmth
typealias WifiGeneration = uniffi.cairn.WifiGeneration
typealias WifiHeard = uniffi.cairn.WifiHeard
typealias Work = uniffi.cairn.Work
typealias WorkProgress = uniffi.cairn.WorkProgress
typealias ZoneResult = uniffi.cairn.ZoneResult
typealias ZoneRow = uniffi.cairn.ZoneRow
