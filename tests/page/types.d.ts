// What the page's code calls things, by the names of the API's own document.
import type { components } from "./target/generated/schema.js";

type Schemas = components["schemas"];

declare global {
  type ActivePolicy = Schemas["ActivePolicy"];
  type Approval = Schemas["Approval"];
  type ApprovalDetail = Schemas["ApprovalDetail"];
  type Channel = Schemas["Channel"];
  type ChannelStopped = Schemas["ChannelStopped"];
  type Checked = Schemas["Checked"];
  type Contact = Schemas["Contact"];
  type ContactSummary = Schemas["ContactSummary"];
  type AiStatus = Schemas["AiStatus"];
  type AiStatusCheck = Schemas["AiStatusCheck"];
  type AiStatusRemedy = Schemas["AiStatusRemedy"];
  type ApiKey = Schemas["ApiKey"];
  type Attachment = Schemas["Attachment"];
  type AuditLine = Schemas["AuditLine"];
  type Autonomy = Schemas["Autonomy"];
  type Certificate = Schemas["Certificate"];
  type ChannelHealth = Schemas["ChannelHealth"];
  type ComposerDraft = Schemas["ComposerDraft"];
  type ContactLine = Schemas["ContactLine"];
  type ErasedContact = Schemas["ErasedContact"];
  type IntentSaid = Schemas["IntentSaid"];
  type ProviderEvent = Schemas["ProviderEvent"];
  type ProviderInfo = Schemas["ProviderInfo"];
  type SearchHit = Schemas["SearchHit"];
  type SearchPage = Schemas["SearchPage"];
  type SpotCheck = Schemas["SpotCheck"];
  type UploadedFile = Schemas["UploadedFile"];
  type View = Schemas["View"];
  type ViewFilter = Schemas["ViewFilter"];
  type Conversation = Schemas["Conversation"];
  type ConversationCounts = Schemas["ConversationCounts"];
  type OwnSession = Schemas["OwnSession"];
  type Session = Schemas["Session"];
  type TabCounts = Schemas["TabCounts"];
  type Tag = Schemas["Tag"];
  type User = Schemas["User"];
  type Decision = Schemas["Decision"];
  type DecisionSummary = Schemas["DecisionSummary"];
  type Delivery = Schemas["Delivery"];
  type Difference = Schemas["Difference"];
  type Draft = Schemas["Draft"];
  type DraftVersion = Schemas["DraftVersion"];
  type Engaged = Schemas["Engaged"];
  type Explained = Schemas["Explained"];
  type Fact = Schemas["Fact"];
  type InDoubtWord = Schemas["InDoubtWord"];
  type IntentFound = Schemas["IntentFound"];
  type Job = Schemas["Job"];
  type JobDetail = Schemas["JobDetail"];
  type JobFailure = Schemas["JobFailure"];
  type Kept = Schemas["Kept"];
  type LiveEvent = Omit<Schemas["Event"], "data"> & { data: Record<string, any> };
  type Message = Schemas["Message"];
  type Note = Schemas["Note"];
  type Paused = Schemas["Paused"];
  type PolicyActivation = Schemas["PolicyActivation"];
  type PolicyFile = Schemas["PolicyFile"];
  type PolicyFiles = Schemas["PolicyFiles"];
  type PolicyVersion = Schemas["PolicyVersion"];
  type PolicyVersionSummary = Schemas["PolicyVersionSummary"];
  type Problem = Schemas["Problem"];
  type Role = Schemas["Role"];
  type Switch = Schemas["Switch"];
  type TimelineItem = Schemas["TimelineItem"];
  type Webhook = Schemas["Webhook"];
  type WebhookWithSecret = Schemas["WebhookWithSecret"];
  interface Page<T> {
    data: T[];
    next_cursor: string | null;
  }
}
