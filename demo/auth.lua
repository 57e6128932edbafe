-- Auth.js's callbacks in Lua. They decide who may sign in, and which role a user has. httpd
-- reads this file again when it changes.

-- Users with an e-mail address of these domains may sign in.
local domains = { ["example.org"] = true, ["example.com"] = true }

-- These users have a role; everybody else is a reader.
local roles = { ["alice@example.org"] = "editor" }

-- Return true to let a user in, false to refuse. Credentials have no address: the password
-- file is the list. Passkeys have none either: everybody who makes one may sign in. A user has
-- an address only if the provider vouches for it; params.profile has what the provider wrote.
function signIn(params)
    if params.account.type == "credentials" or params.account.type == "webauthn" then
        return true
    end
    local email = params.user.email
    return type(email) == "string" and domains[email:lower():match("@([^@]+)$")] == true
end

-- Return what the browser and the pages see. Do not return params.session itself: it is the
-- whole row, with the session's token.
function session(params)
    local user = params.user
    local email = user.email
    return {
        expires = params.session.expires,
        user = {
            id = user.id,
            name = user.name,
            email = email,
            image = user.image,
            role = type(email) == "string" and roles[email:lower()] or "reader",
        },
    }
end

-- Return whether a user may see a page. httpd.conf asks this about the editors' page.
function authorized(params)
    return params.auth ~= nil and params.auth.user.role == "editor"
end
