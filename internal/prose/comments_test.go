package prose

import (
	"go/ast"
	"go/token"
	"regexp"
	"testing"
)

// Each exported identifier has a comment that begins with its name, after "A",
// "An" or "The" at most. Constants and variables in a group may share one.
func TestExportedIdentifiersHaveComments(t *testing.T) {
	_, sources := read(t)
	folders, files := packages(sources)
	checked := 0
	for _, folder := range folders {
		for _, s := range files[folder] {
			check := func(name *ast.Ident, doc *ast.CommentGroup) {
				if !name.IsExported() {
					return
				}
				checked++
				if !beginsWith(doc, name.Name) {
					t.Errorf("%s:%d: %s has no comment that begins with its name", s.path, s.line(name.Pos()), name.Name)
				}
			}
			for _, decl := range s.file.Decls {
				switch decl := decl.(type) {
				case *ast.FuncDecl:
					if receiver := receiverOf(decl); receiver == "" || ast.IsExported(receiver) {
						check(decl.Name, decl.Doc)
					}
				case *ast.GenDecl:
					checkGroup(decl, check)
				}
			}
		}
	}
	if checked < 350 {
		t.Errorf("checked %d identifiers: are they still found?", checked)
	}
}

func checkGroup(decl *ast.GenDecl, check func(*ast.Ident, *ast.CommentGroup)) {
	for _, spec := range decl.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			doc := spec.Doc
			if doc == nil && !decl.Lparen.IsValid() {
				doc = decl.Doc
			}
			check(spec.Name, doc)
			methods, ok := spec.Type.(*ast.InterfaceType)
			if !ok || !spec.Name.IsExported() {
				continue
			}
			for _, method := range methods.Methods.List {
				for _, name := range method.Names {
					check(name, method.Doc)
				}
			}
		case *ast.ValueSpec:
			grouped := decl.Lparen.IsValid()
			if grouped && decl.Doc != nil {
				continue
			}
			doc := spec.Doc
			if !grouped && decl.Tok != token.IMPORT {
				doc = decl.Doc
			}
			for i, name := range spec.Names {
				if i == 0 {
					check(name, doc)
				}
			}
		}
	}
}

// receiverOf returns the name of the type that a method is of, "" for a
// function.
func receiverOf(decl *ast.FuncDecl) string {
	if decl.Recv == nil || len(decl.Recv.List) == 0 {
		return ""
	}
	expr := decl.Recv.List[0].Type
	for {
		switch e := expr.(type) {
		case *ast.StarExpr:
			expr = e.X
		case *ast.IndexExpr:
			expr = e.X
		case *ast.IndexListExpr:
			expr = e.X
		case *ast.Ident:
			return e.Name
		default:
			return ""
		}
	}
}

var article = regexp.MustCompile(`^(?:A|An|The) `)

func beginsWith(doc *ast.CommentGroup, name string) bool {
	return regexp.MustCompile(`^` + name + `\b`).MatchString(article.ReplaceAllString(doc.Text(), ""))
}
