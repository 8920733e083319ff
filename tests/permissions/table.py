"""Who may what: the one table of the product's permissions. The tests beside it call everything that stands here, as everybody.

What takes an actor, answers HTTP or handles an event, and is missing here, fails `test_nothing_is_missing`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

# function: of `coexai_app.services`, with an argument `actor`.
# least:    the least role that may; `staff` is the staff of the instance; `inner` is a part of other services, which no door may call.
# stranger: what an owner of another organisation gets with ids of this one: `hidden` is NotFound, `own` works on their own organisation,
#           `refused` is Forbidden, `unproved` is Unauthenticated: what they send proves nothing about themselves.
# key:      the scope that an API key needs; `closed` to every key; `person` only in a browser: no key, no token, no staff who acts for
#           somebody; `self` is that, and an API client within ten minutes of its log-in; `any` key may.
SERVICES: Final = """
account_deletion.account        viewer own      person
account_deletion.delete_account viewer own      person
account_deletion.rename         viewer own      person
accounts.me                     viewer own      closed
agents.gallery                  viewer own      jobs:read
agents.get                      viewer own      jobs:read
agents.quote                    viewer own      jobs:read
api_keys.create                 member own      self
api_keys.page                   member own      closed
api_keys.require_plan           inner  -        -
api_keys.revoke                 member hidden   self
api_keys.rotate                 member hidden   self
api_keys.rows                   inner  -        -
api_keys.scopes                 member own      closed
api_keys_read.make              member own      self
api_keys_read.overview          member own      closed
api_keys_read.turn              member hidden   self
audit.record                    inner  -        -
audit_export.begin              admin  own      audit:read
audit_export.export_csv         admin  own      audit:read
audit_export.part               admin  own      audit:read
audit_purge.purge               owner  own      closed
audit_read.matching             inner  -        -
audit_read.page                 admin  own      audit:read
audit_verify.latest             owner  own      closed
business.get                    viewer own      jobs:read
business.save                   admin  own      closed
business.save_section           admin  own      closed
client_links.close              inner  -        -
client_links.create             member hidden   closed
client_links.listed             inner  -        -
client_links.revoke             member hidden   closed
comments.add                    viewer hidden   outputs:write
comments.delete                 viewer hidden   outputs:write
comments.edit                   viewer hidden   outputs:write
comments.may_change             inner  -        -
comments.reopen                 viewer hidden   outputs:write
comments.resolve                viewer hidden   outputs:write
calendar.create                 member own      calendar:write
calendar.delete                 member hidden   calendar:write
calendar.duplicate              member hidden   calendar:write
calendar.move                   member hidden   calendar:write
calendar.update                 member hidden   calendar:write
calendar_export.export          viewer own      outputs:read
calendar_feed.make              viewer own      person
calendar_feed.status            viewer own      person
calendar_feed.switch_off        viewer own      person
calendar_plan.add               member hidden   calendar:write
calendar_plan.blank             member hidden   calendar:write
calendar_plan.plan              member hidden   calendar:write
calendar_read.agenda            viewer own      outputs:read
calendar_read.blank             member own      calendar:write
calendar_read.get               viewer hidden   outputs:read
calendar_read.span              viewer own      outputs:read
calendar_read.whole             inner  -        -
calendar_rules.home_zone        inner  -        -
calendar_rules.room             inner  -        -
confirm.overview                viewer own      person
confirm.passkey_options         viewer hidden   person
confirm.with_code               viewer unproved person
confirm.with_passkey            viewer unproved person
confirm.with_password           viewer unproved person
cursors.made                    inner  -        -
cursors.opened                  inner  -        -
dead_letters.count              viewer own      jobs:read
dead_letters.discard            member own      jobs:write
dead_letters.page               viewer own      jobs:read
dead_letters.requeue            member own      jobs:write
email_address.change            viewer own      person
eval_cases.blank                member hidden   outputs:write
eval_cases.delete               member hidden   outputs:write
eval_cases.export               viewer hidden   outputs:read
eval_cases.keep                 member hidden   outputs:write
eval_cases.page                 viewer own      outputs:read
email_address.resend            viewer own      person
factors.begin_app               viewer own      person
factors.confirm_app             viewer own      person
factors.fresh_row               inner  -        -
factors.new_codes               viewer own      person
factors.overview                viewer own      closed
factors.own_row                 inner  -        -
factors.remove_app              viewer own      person
factors.require                 admin  own      person
factors.told                    inner  -        -
files.add                       member own      files:write
files.check_size                viewer own      any
files.described                 viewer hidden   files:read
files.get                       viewer hidden   files:read
files.key                       inner  -        -
github_rules.all_of             admin  own      webhooks:manage
github_rules.create             admin  own      webhooks:manage
github_rules.delete             admin  hidden   webhooks:manage
github_rules.switch             admin  hidden   webhooks:manage
home.overview                   viewer own      jobs:read
home.shell                      viewer own      jobs:read
idempotency.begin               inner  -        -
idempotency.run                 inner  -        -
identities.confirm              viewer own      person
identities.connect              viewer own      person
identities.disconnect           viewer hidden   person
identities.overview             viewer own      person
incoming.zapier                 member own      jobs:write
incoming_read.received          admin  own      webhooks:manage
incoming_read.retry             admin  hidden   webhooks:manage
incoming_read.tab               viewer own      jobs:read
invitations.accept              viewer refused  closed
invitations.invite              admin  own      closed
invitations.link                admin  hidden   closed
invitations.page                admin  own      closed
invitations.resend              admin  hidden   closed
invitations.revoke              admin  hidden   closed
invitations.roles               viewer own      members:read
invitations_open.revoke_above   inner  -        -
jobs.cancel                     member hidden   jobs:write
jobs.check                      member own      jobs:write
jobs.create                     member own      jobs:write
jobs.files_of                   inner  -        -
jobs.record                     member own      jobs:write
jobs.retry                      member hidden   jobs:write
jobs_read.about                 inner  -        -
jobs_read.again                 viewer hidden   jobs:read
jobs_read.asked_by              inner  -        -
jobs_read.counts                inner  -        -
jobs_read.current               viewer own      jobs:read
jobs_read.get                   viewer hidden   jobs:read
jobs_read.list_rows             inner  -        -
jobs_read.page                  viewer own      jobs:read
jobs_read.people                viewer own      jobs:read
jobs_read.whole                 inner  -        -
login_sessions.revoke           viewer hidden   person
login_sessions.revoke_others    viewer own      person
login_sessions.rows             viewer own      person
mail.get                        staff  refused  closed
mail.page                       staff  refused  closed
mail.retry                      staff  refused  closed
member_links.open_links         admin  hidden   closed
member_links.revoke_all         inner  -        -
member_links.revoke_own         inner  -        -
members.change_role             admin  hidden   closed
members.leave                   viewer own      closed
members.lock                    inner  -        -
members.page                    viewer own      members:read
members.remove                  admin  hidden   closed
members.transfer                owner  hidden   person
notifications.change            viewer own      person
notifications.get               viewer own      person
organization_export.begin       owner  own      self
organization_export.write       owner  own      closed
organizations.change            admin  own      closed
organizations.create            viewer own      closed
organizations.delete            owner  own      person
organizations.get               viewer own      members:read
organizations.restore           viewer hidden   closed
organizations.trash             viewer own      closed
output_changes.held             inner  -        -
output_changes.locked           inner  -        -
output_changes.opened           inner  -        -
output_changes.require_mode     inner  -        -
output_changes.write            inner  -        -
output_versions.get             viewer hidden   outputs:read
output_versions.listed          inner  -        -
output_versions.restore         member hidden   outputs:write
output_versions.rows            viewer hidden   outputs:read
outputs.apply_fix               member hidden   outputs:write
outputs.approve                 member hidden   outputs:approve
outputs.edit                    member hidden   outputs:write
outputs.export                  viewer hidden   outputs:read
outputs.override                member hidden   outputs:write
outputs.remove_claim            member hidden   outputs:write
outputs.reopen                  member hidden   outputs:approve
outputs_read.draft_count        inner  -        -
outputs_read.drafts             inner  -        -
outputs_read.get                viewer hidden   outputs:read
outputs_read.page               viewer own      outputs:read
outputs_read.whole              inner  -        -
partner_agents.get              viewer own      jobs:read
partner_agents.page             viewer own      jobs:read
partner_agents.quote            viewer own      jobs:read
partner_audit.page              admin  own      audit:read
partner_calendar.create         member own      calendar:write
partner_calendar.get            viewer hidden   outputs:read
partner_calendar.page           viewer own      outputs:read
partner_calendar.update         member hidden   calendar:write
partner_comments.add            viewer hidden   outputs:write
partner_comments.delete         viewer hidden   outputs:write
partner_comments.edit           viewer hidden   outputs:write
partner_comments.page           viewer hidden   outputs:read
partner_comments.reopen         viewer hidden   outputs:write
partner_comments.resolve        viewer hidden   outputs:write
partner_jobs.cancel             member hidden   jobs:write
partner_jobs.create             member own      jobs:write
partner_jobs.events             viewer hidden   jobs:read
partner_jobs.formats            viewer hidden   outputs:read
partner_jobs.get                viewer hidden   jobs:read
partner_jobs.output             viewer hidden   outputs:read
partner_jobs.page               viewer own      jobs:read
partner_jobs.resume             member hidden   jobs:write
partner_jobs.shown              inner  -        -
partner_jobs.walk               viewer own      jobs:read
partner_outputs.apply_fix       member hidden   outputs:write
partner_outputs.approve         member hidden   outputs:approve
partner_outputs.at_version      inner  -        -
partner_outputs.edit            member hidden   outputs:write
partner_outputs.get             viewer hidden   outputs:read
partner_outputs.override        member hidden   outputs:write
partner_outputs.page            viewer own      outputs:read
partner_outputs.remove_claim    member hidden   outputs:write
partner_outputs.reopen          member hidden   outputs:approve
partner_outputs.shown           inner  -        -
partner_reviews.create_link     member hidden   closed
partner_reviews.links           member hidden   closed
partner_reviews.reject          member hidden   outputs:approve
partner_reviews.request         member hidden   outputs:write
partner_reviews.revoke_link     member hidden   closed
partner_reviews.steps           viewer hidden   outputs:read
partner_reviews.withdraw        member hidden   outputs:write
partner_schedules.create        member own      schedules:write
partner_schedules.get           viewer hidden   jobs:read
partner_schedules.page          viewer own      jobs:read
partner_schedules.pause         member hidden   schedules:write
partner_schedules.resume        member hidden   schedules:write
partner_schedules.run_now       member hidden   jobs:write
partner_schedules.update        member hidden   schedules:write
partner_team.members            viewer own      members:read
partner_team.organization       viewer own      jobs:read
partner_team.usage              viewer own      usage:read
partner_versions.get            viewer hidden   outputs:read
partner_versions.page           viewer hidden   outputs:read
partner_versions.restore        member hidden   outputs:write
partner_webhooks.change         admin  hidden   webhooks:manage
partner_webhooks.create         admin  own      webhooks:manage
partner_webhooks.deliveries     admin  hidden   webhooks:manage
partner_webhooks.delivery       admin  hidden   webhooks:manage
partner_webhooks.get            admin  hidden   webhooks:manage
partner_webhooks.page           admin  own      webhooks:manage
partner_webhooks.redeliver      admin  hidden   webhooks:manage
partner_webhooks.replay         admin  hidden   webhooks:manage
partner_webhooks.rotate         admin  hidden   webhooks:manage
partner_webhooks.subscribe      admin  own      webhooks:manage
partner_webhooks.test           admin  hidden   webhooks:manage
passkeys.register               viewer own      person
passkeys.register_options       viewer own      person
passkeys.remove                 viewer hidden   person
password_change.change          viewer unproved person
person.confirmed                inner  -        -
person.is_fresh                 inner  -        -
person.refuse_key               inner  -        -
person.require_fresh            viewer own      person
person.require_person           inner  -        -
person.stale_elsewhere          inner  -        -
pictures.avatar                 viewer hidden   members:read
pictures.logo                   viewer own      members:read
pictures.may_set_avatar         viewer own      person
pictures.may_set_logo           admin  own      closed
pictures.remove_avatar          viewer own      person
pictures.remove_logo            admin  own      closed
pictures.set_avatar             viewer own      person
pictures.set_logo               admin  own      closed
preferences.change              viewer own      person
preferences.get                 viewer own      person
presigned.begin                 member own      files:write
presigned.complete              member own      files:write
proofs.attempt_as               viewer own      person
quotas.check                    inner  -        -
quotas.reserve                  inner  -        -
quotas.usage                    inner  -        -
rest_hooks.switch_off           inner  -        -
rest_hooks.subscribe            admin  own      webhooks:manage
rest_hooks.unsubscribe          admin  own      webhooks:manage
review_mails.mentioned          inner  -        -
review_mails.requested          inner  -        -
reviews.begin                   inner  -        -
reviews.reject                  member hidden   outputs:approve
reviews.request                 member hidden   outputs:write
reviews.withdraw                member hidden   outputs:write
reviews_read.around             viewer hidden   outputs:read
reviews_read.threads            viewer hidden   outputs:read
schedules.check                 member own      jobs:write
schedules.create                member own      schedules:write
schedules.delete                member hidden   schedules:write
schedules.once                  member own      jobs:write
schedules.pause                 member hidden   schedules:write
schedules.resume                member hidden   schedules:write
schedules.run_now               member hidden   jobs:write
schedules.update                member hidden   schedules:write
schedules_read.blank            viewer own      jobs:read
schedules_read.get              viewer hidden   jobs:read
schedules_read.page             viewer own      jobs:read
schedules_read.preview          viewer own      jobs:read
schedules_read.whole            inner  -        -
search.find                     viewer own      jobs:read
sign_in_flows.begin             viewer own      person
tokens.whoami                   viewer own      any
webhook_endpoints.change        admin  hidden   webhooks:manage
webhook_endpoints.create        admin  own      webhooks:manage
webhook_endpoints.delete        admin  hidden   webhooks:manage
webhook_endpoints.end           inner  -        -
webhook_endpoints.get           admin  hidden   webhooks:manage
webhook_endpoints.listed        inner  -        -
webhook_endpoints.page          viewer own      jobs:read
webhook_endpoints.require_plan  inner  -        -
webhook_endpoints.rotate        admin  hidden   webhooks:manage
webhook_endpoints.sample        admin  own      webhooks:manage
webhook_endpoints.test          admin  hidden   webhooks:manage
webhook_endpoints.why_locked    inner  -        -
webhook_log.get                 admin  hidden   webhooks:manage
webhook_log.page                admin  hidden   webhooks:manage
webhook_log.redeliver           admin  hidden   webhooks:manage
webhook_log.replay              admin  hidden   webhooks:manage
"""

# What pages and the API call for somebody who is nobody yet, and what proves that they may: these take no actor.
UNSIGNED: Final = """
access_tokens.verify            token
account_deletion.restore        session
accounts.actor_of               session
accounts.log_in                 password
accounts.log_out                session
accounts.note_failure           nothing
accounts.seen                   session
accounts.sign_up                nothing
accounts.switch                 session
accounts.take_sign_up           nothing
accounts.touch                  session
api_key_access.authenticate     key
api_key_access.note_use         nothing
calendar_feed.note_read         link
calendar_feed.read              link
client_reviews.approve          link
client_reviews.ask_for_changes  link
client_reviews.comment          link
client_reviews.look             link
client_reviews.opened           link
client_reviews.unlock           link
email_address.confirm           link
identities.choices              nothing
identities.log_in               provider
incoming.github                 signature
incoming.stripe                 signature
invitations.look                link
invitations.sign_up             link
notifications.unsubscribe       link
password_change.forgot          nothing
password_change.reset           link
password_change.whose           link
proofs.attempt                  nothing
second_step.alone               passkey
second_step.alone_options       nothing
second_step.passkey_options     ticket
second_step.tokens_with_code    ticket
second_step.with_code           ticket
second_step.with_passkey        ticket
sign_in_flows.come_back         provider
signing_keys.ensure             nothing
signing_keys.published          nothing
tokens.log_in                   password
tokens.refresh                  token
tokens.revoke                   token
"""

# door:     `open` to everybody; `api` takes a cookie, a token or a key; `cookie` takes the cookie of our own pages only.
# least, stranger, key: as above. A `-` stands where a door asks for no role, names no row, or takes no key.
ROUTES: Final = """
GET    /health/live                                                 open   -      -       -
GET    /health/ready                                                open   -      -       -
GET    /metrics                                                     open   -      -       -
GET    /.well-known/jwks.json                                       open   -      -       -
GET    /api/openapi.json                                            open   -      -       -
ANY    /api                                                         open   -      -       -
ANY    /api/{path:path}                                             open   -      -       -
ANY    /webhooks/{path:path}                                        open   -      -       -
POST   /auth/signup                                                 open   -      -       -
POST   /auth/login                                                  open   -      -       -
POST   /auth/logout                                                 open   -      -       -
POST   /auth/switch                                                 open   -      -       -
POST   /auth/second-step                                            open   -      -       -
POST   /auth/second-step/passkey                                    open   -      -       -
POST   /auth/second-step/passkey/options                            open   -      -       -
POST   /auth/login/passkey                                          open   -      -       -
POST   /auth/login/passkey/options                                  open   -      -       -
POST   /auth/passkeys/options                                       cookie viewer own     -
POST   /auth/confirm                                                cookie viewer own     -
POST   /auth/confirm/code                                           cookie viewer own     -
POST   /auth/confirm/passkey                                        cookie viewer own     -
POST   /auth/confirm/passkey/options                                cookie viewer hidden  -
POST   /auth/password                                               cookie viewer own     -
POST   /auth/email                                                  cookie viewer own     -
POST   /auth/delete                                                 cookie viewer own     -
POST   /auth/forgot                                                 open   -      -       -
POST   /auth/reset                                                  open   -      -       -
POST   /auth/verify                                                 open   -      -       -
POST   /auth/restore                                                open   -      -       -
POST   /auth/invite/accept                                          cookie viewer refused -
POST   /auth/invite/signup                                          open   -      -       -
POST   /auth/review/open                                            open   -      -       -
POST   /auth/review/comment                                         open   -      -       -
POST   /auth/review/answer                                          open   -      -       -
POST   /api/v1/auth/token                                           open   -      -       -
POST   /api/v1/auth/token/second-factor                             open   -      -       -
POST   /api/v1/auth/refresh                                         open   -      -       -
POST   /api/v1/auth/logout                                          open   -      -       -
GET    /api/v1/me                                                   api    viewer own     any
GET    /api/v1/api-keys                                             api    member own     closed
GET    /api/v1/api-keys/scopes                                      api    member own     closed
POST   /api/v1/api-keys                                             api    member own     closed
POST   /api/v1/api-keys/{key_id}/rotate                             api    member hidden  closed
DELETE /api/v1/api-keys/{key_id}                                    api    member hidden  self
POST   /api/v1/files                                                api    member own     files:write
GET    /api/v1/outputs                                              api    viewer own     outputs:read
GET    /api/v1/outputs/{output_id}                                  api    viewer hidden  outputs:read
PATCH  /api/v1/outputs/{output_id}                                  api    member hidden  outputs:write
POST   /api/v1/outputs/{output_id}/claims/{claim}/override          api    member hidden  outputs:write
POST   /api/v1/outputs/{output_id}/claims/{claim}/remove            api    member hidden  outputs:write
POST   /api/v1/outputs/{output_id}/fixes                            api    member hidden  outputs:write
POST   /api/v1/outputs/{output_id}/approve                          api    member hidden  outputs:approve
POST   /api/v1/outputs/{output_id}/reopen                           api    member hidden  outputs:approve
GET    /api/v1/outputs/{output_id}/versions                         api    viewer hidden  outputs:read
GET    /api/v1/outputs/{output_id}/versions/{number}                api    viewer hidden  outputs:read
POST   /api/v1/outputs/{output_id}/versions/{number}/restore        api    member hidden  outputs:write
GET    /api/v1/outputs/{output_id}/comments                         api    viewer hidden  outputs:read
POST   /api/v1/outputs/{output_id}/comments                         api    viewer hidden  outputs:write
PATCH  /api/v1/outputs/{output_id}/comments/{comment_id}            api    viewer hidden  outputs:write
DELETE /api/v1/outputs/{output_id}/comments/{comment_id}            api    viewer hidden  outputs:write
POST   /api/v1/outputs/{output_id}/comments/{comment_id}/resolve    api    viewer hidden  outputs:write
POST   /api/v1/outputs/{output_id}/comments/{comment_id}/reopen     api    viewer hidden  outputs:write
GET    /api/v1/outputs/{output_id}/review                           api    viewer hidden  outputs:read
POST   /api/v1/outputs/{output_id}/review                           api    member hidden  outputs:write
POST   /api/v1/outputs/{output_id}/review/withdraw                  api    member hidden  outputs:write
POST   /api/v1/outputs/{output_id}/review/reject                    api    member hidden  outputs:approve
GET    /api/v1/outputs/{output_id}/client-links                     api    member hidden  closed
POST   /api/v1/outputs/{output_id}/client-links                     api    member hidden  closed
DELETE /api/v1/outputs/{output_id}/client-links/{link_id}           api    member hidden  closed
GET    /api/v1/outputs/{output_id}/export                           api    viewer hidden  outputs:read
GET    /api/v1/eval-cases/{case_id}/file                            api    viewer hidden  outputs:read
GET    /api/v1/audit/export                                         api    admin  own     audit:read
GET    /api/v1/organization/export                                  api    owner  own     closed
GET    /api/v1/organization/logo                                    api    viewer own     members:read
PUT    /api/v1/organization/logo                                    api    admin  own     closed
DELETE /api/v1/organization/logo                                    api    admin  own     closed
GET    /api/v1/organization/profile                                 api    viewer own     jobs:read
PUT    /api/v1/organization/profile                                 api    admin  own     closed
GET    /api/v1/organization/profile/schema                          api    viewer own     any
GET    /api/v1/people/{user_id}/picture                             api    viewer hidden  members:read
PUT    /api/v1/account/picture                                      api    viewer own     person
DELETE /api/v1/account/picture                                      api    viewer own     person
GET    /api/v1/mail/unsubscribe                                     open   -      -       -
POST   /api/v1/mail/unsubscribe                                     open   -      -       -
GET    /auth/oidc/{provider}                                        open   -      -       -
GET    /auth/oidc/{provider}/callback                               open   -      -       -
GET    /api/docs                                                    open   -      -       -
GET    /docs/api                                                    open   -      -       -
GET    /api/v1/agents                                               api    viewer own     jobs:read
GET    /api/v1/agents/{agent}                                       api    viewer own     jobs:read
POST   /api/v1/agents/{agent}/jobs                                  api    member own     jobs:write
POST   /api/v1/quotes                                               api    viewer own     jobs:read
GET    /api/v1/jobs                                                 api    viewer own     jobs:read
GET    /api/v2/jobs                                                 api    viewer own     jobs:read
GET    /api/v1/jobs/{job_id}                                        api    viewer hidden  jobs:read
GET    /api/v1/jobs/{job_id}/events                                 api    viewer hidden  jobs:read
GET    /api/v1/jobs/{job_id}/output                                 api    viewer hidden  outputs:read
POST   /api/v1/jobs/{job_id}/resume                                 api    member hidden  jobs:write
DELETE /api/v1/jobs/{job_id}                                        api    member hidden  jobs:write
GET    /api/v1/schedules                                            api    viewer own     jobs:read
POST   /api/v1/schedules                                            api    member own     schedules:write
GET    /api/v1/schedules/{schedule_id}                              api    viewer hidden  jobs:read
PATCH  /api/v1/schedules/{schedule_id}                              api    member hidden  schedules:write
DELETE /api/v1/schedules/{schedule_id}                              api    member hidden  schedules:write
POST   /api/v1/schedules/{schedule_id}/pause                        api    member hidden  schedules:write
POST   /api/v1/schedules/{schedule_id}/resume                       api    member hidden  schedules:write
POST   /api/v1/schedules/{schedule_id}/run                          api    member hidden  jobs:write
GET    /calendar/{token}.ics                                        open   -      -       -
GET    /api/v1/calendar/export                                      api    viewer own     outputs:read
GET    /api/v1/calendar-entries                                     api    viewer own     outputs:read
POST   /api/v1/calendar-entries                                     api    member own     calendar:write
GET    /api/v1/calendar-entries/{entry_id}                          api    viewer hidden  outputs:read
PATCH  /api/v1/calendar-entries/{entry_id}                          api    member hidden  calendar:write
DELETE /api/v1/calendar-entries/{entry_id}                          api    member hidden  calendar:write
GET    /api/v1/files/{file_id}                                      api    viewer hidden  files:read
POST   /api/v1/files/uploads                                        api    member own     files:write
POST   /api/v1/files/uploads/complete                               api    member own     files:write
GET    /api/v1/search                                               api    viewer own     jobs:read
GET    /api/v1/usage                                                api    viewer own     usage:read
GET    /api/v1/organization                                         api    viewer own     jobs:read
GET    /api/v1/members                                              api    viewer own     members:read
GET    /api/v1/audit-logs                                           api    admin  own     audit:read
GET    /api/v1/webhook-endpoints                                    api    admin  own     webhooks:manage
POST   /api/v1/webhook-endpoints                                    api    admin  own     webhooks:manage
GET    /api/v1/webhook-endpoints/{endpoint_id}                      api    admin  hidden  webhooks:manage
PATCH  /api/v1/webhook-endpoints/{endpoint_id}                      api    admin  hidden  webhooks:manage
DELETE /api/v1/webhook-endpoints/{endpoint_id}                      api    admin  hidden  webhooks:manage
POST   /api/v1/webhook-endpoints/{endpoint_id}/rotate-secret        api    admin  hidden  webhooks:manage
POST   /api/v1/webhook-endpoints/{endpoint_id}/test                 api    admin  hidden  webhooks:manage
POST   /api/v1/webhook-endpoints/{endpoint_id}/replay               api    admin  hidden  webhooks:manage
GET    /api/v1/webhook-endpoints/{endpoint_id}/deliveries           api    admin  hidden  webhooks:manage
GET    /api/v1/webhook-endpoints/deliveries/{delivery_id}           api    admin  hidden  webhooks:manage
POST   /api/v1/webhook-endpoints/deliveries/{delivery_id}/redeliver api    admin  hidden  webhooks:manage
POST   /api/v1/hooks                                                api    admin  own     webhooks:manage
DELETE /api/v1/hooks                                                api    admin  own     webhooks:manage
DELETE /api/v1/hooks/{hook_id}                                      api    admin  own     webhooks:manage
GET    /api/v1/hooks/sample                                         api    admin  own     webhooks:manage
POST   /webhooks/stripe                                             open   -      -       -
POST   /webhooks/github                                             open   -      -       -
POST   /webhooks/zapier                                             api    member own     jobs:write
"""

# Event handlers: state, handler, least role; `nobody` needs no session.
EVENTS: Final = """
AccountState.load              viewer
AccountState.picture_changed   viewer
AccountState.remove_picture    viewer
AccountState.rename            viewer
AccountState.save_preferences  viewer
AgentsState.load               viewer
AppState.dismiss               viewer
AppState.enter                 viewer
AppState.resend                viewer
AuditState.choose              viewer
AuditState.load                viewer
AuditState.verify              owner
BusinessState.add              admin
BusinessState.drop             admin
BusinessState.load             viewer
BusinessState.save_basics      admin
BusinessState.save_people      admin
BusinessState.save_places      admin
BusinessState.save_products    admin
BusinessState.save_voice       admin
ClientReviewState.load         nobody
CalendarAddState.add           member
CalendarAddState.ask           member
CalendarAddState.plan          member
CalendarFeedState.kept         viewer
CalendarFeedState.make         viewer
CalendarFeedState.open         viewer
CalendarFeedState.switch_off   viewer
CalendarState.choose_channel   viewer
CalendarState.choose_state     viewer
CalendarState.delete           member
CalendarState.duplicate        member
CalendarState.load             viewer
CalendarState.move             member
CalendarState.new              member
CalendarState.open             viewer
CalendarState.save             member
CaseKeepState.ask              member
CaseKeepState.keep             member
ConfirmState.load              viewer
DeadLettersState.ask           member
DeadLettersState.ask_chosen    member
DeadLettersState.choose        member
DeadLettersState.choose_all    member
DeadLettersState.discard       member
DeadLettersState.load          viewer
DeadLettersState.requeue       member
EvalCasesState.ask             member
EvalCasesState.delete          member
EvalCasesState.load            viewer
FactorsState.confirm_app       viewer
FactorsState.keep_passkey      viewer
FactorsState.kept_codes        viewer
FactorsState.load              viewer
FactorsState.new_codes         viewer
FactorsState.open              viewer
FactorsState.open_removal      viewer
FactorsState.remove_app        viewer
FactorsState.remove_passkey    viewer
FactorsState.require           admin
HomeState.load                 viewer
IdentitiesState.ask_disconnect viewer
IdentitiesState.disconnect     viewer
IdentitiesState.load           viewer
IncomingState.add_rule         admin
IncomingState.ask_delete       admin
IncomingState.delete_rule      admin
IncomingState.load             viewer
IncomingState.retry            admin
IncomingState.switch_rule      admin
InviteState.load               nobody
JobState.cancel                member
JobState.load                  viewer
JobState.resume                member
JobsState.choose_agent         viewer
JobsState.choose_person        viewer
JobsState.choose_status        viewer
JobsState.load                 viewer
JobsState.search               viewer
KeysState.ask_revoke           member
KeysState.ask_rotate           member
KeysState.choose_access        member
KeysState.choose_life          member
KeysState.create               member
KeysState.kept                 member
KeysState.load                 viewer
KeysState.revoke               member
KeysState.rotate               member
MembersState.ask_link          admin
MembersState.ask_remove        admin
MembersState.change_role       admin
MembersState.invite            admin
MembersState.load              viewer
MembersState.remove            admin
MembersState.resend            admin
MembersState.revoke            admin
NotificationsState.load        viewer
NotificationsState.save        viewer
OrganizationState.ask_delete   owner
OrganizationState.ask_transfer owner
OrganizationState.create       viewer
OrganizationState.delete       owner
OrganizationState.export       owner
OrganizationState.leave        viewer
OrganizationState.load         viewer
OrganizationState.logo_changed admin
OrganizationState.remove_logo  admin
OrganizationState.restore      viewer
OrganizationState.save         admin
OrganizationState.transfer     owner
OutputState.add_post           member
OutputState.apply_fix          member
OutputState.approve            member
OutputState.drop_post          member
OutputState.edit               member
OutputState.edit_part          member
OutputState.keep_claim         member
OutputState.leave              member
OutputState.load               viewer
OutputState.move_post          member
OutputState.reject             member
OutputState.remove_claim       member
OutputState.reopen             member
OutputState.request_review     member
OutputState.restore            member
OutputState.save               member
OutputState.show_raw           viewer
OutputState.withdraw           member
OutputsState.choose_status     viewer
OutputsState.load              viewer
OutputsState.search            viewer
ProvidersState.load            nobody
ReviewState.begin_edit         viewer
ReviewState.comment            viewer
ReviewState.create_link        member
ReviewState.delete_comment     viewer
ReviewState.edit_comment       viewer
ReviewState.kept_link          member
ReviewState.look               viewer
ReviewState.reopen             viewer
ReviewState.reply              viewer
ReviewState.resolve            viewer
ReviewState.revoke_link        member
SchedulesState.ask_delete      member
SchedulesState.delete          member
SchedulesState.edit            member
SchedulesState.load            viewer
SchedulesState.pause           member
SchedulesState.resume          member
SchedulesState.run_now         member
SessionsState.load             viewer
SessionsState.revoke           viewer
SessionsState.revoke_others    viewer
WebhooksState.choose_status    viewer
WebhooksState.delete           admin
WebhooksState.form             admin
WebhooksState.hide_secret      admin
WebhooksState.load             viewer
WebhooksState.open_delivery    admin
WebhooksState.redeliver        admin
WebhooksState.replay           admin
WebhooksState.rotate           admin
WebhooksState.save             admin
WebhooksState.switch           admin
WebhooksState.test             admin
WhenState.submit               member
WorkspaceState.cancel          member
WorkspaceState.choose          member
WorkspaceState.load            viewer
WorkspaceState.resume          member
WorkspaceState.run             member
WorkspaceState.use_example     member
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table; `door` is empty for services and events."""

    least: str
    stranger: str = "-"
    key: str = "-"
    door: str = ""


def services() -> dict[str, Line]:
    return {name: Line(least, stranger, key) for name, least, stranger, key in _lines(SERVICES)}


def unsigned() -> dict[str, str]:
    return {line[0]: line[1] for line in _lines(UNSIGNED)}


def routes() -> dict[tuple[str, str], Line]:
    return {(method, path): Line(least, stranger, key, door) for method, path, door, least, stranger, key in _lines(ROUTES)}


def events() -> dict[str, Line]:
    return {name: Line(least) for name, least in _lines(EVENTS)}


def _lines(table: str) -> list[list[str]]:
    found = [line.split() for line in table.splitlines() if line]
    assert len({tuple(line[:-3] or line[:1]) for line in found}) == len(found), "a line stands twice"
    return found
